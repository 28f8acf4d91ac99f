@NullMarked
package bellows.cloudcontroller.audit;

import org.jspecify.annotations.NullMarked;
