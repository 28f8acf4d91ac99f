/** The warden of a Linux machine, put together from the other packages. */
@NullMarked
package bellows.warden.machine;

import org.jspecify.annotations.NullMarked;
