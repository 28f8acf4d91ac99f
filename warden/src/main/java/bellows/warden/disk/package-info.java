/** A container's own disk of fixed size, and the layered home on it. */
@NullMarked
package bellows.warden.disk;

import org.jspecify.annotations.NullMarked;
