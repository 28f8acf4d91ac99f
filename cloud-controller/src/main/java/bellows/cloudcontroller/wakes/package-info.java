/** Sleep and wake on command, and wakes by the clock. */
@NullMarked
package bellows.cloudcontroller.wakes;

import org.jspecify.annotations.NullMarked;
