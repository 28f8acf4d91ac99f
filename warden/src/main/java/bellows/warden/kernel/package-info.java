/** System calls that the JDK does not offer, and what the kernel tells under /proc. */
@NullMarked
package bellows.warden.kernel;

import org.jspecify.annotations.NullMarked;
