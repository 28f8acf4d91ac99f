@NullMarked
package bellows.cloudcontroller.wakes;

import org.jspecify.annotations.NullMarked;
