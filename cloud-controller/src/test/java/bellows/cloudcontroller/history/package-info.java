@NullMarked
package bellows.cloudcontroller.history;

import org.jspecify.annotations.NullMarked;
