/** Switches for what users may do at all. */
@NullMarked
package bellows.cloudcontroller.flags;

import org.jspecify.annotations.NullMarked;
