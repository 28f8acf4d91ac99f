/** Accepts connections for placements that have no process, has them woken, and passes bytes on. */
@NullMarked
package bellows.dea.activator;

import org.jspecify.annotations.NullMarked;
