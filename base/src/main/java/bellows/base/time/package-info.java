/** The only way to the clock and to timers. */
@NullMarked
package bellows.base.time;

import org.jspecify.annotations.NullMarked;
