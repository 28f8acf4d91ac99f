@NullMarked
package bellows.cloudcontroller.sleep;

import org.jspecify.annotations.NullMarked;
