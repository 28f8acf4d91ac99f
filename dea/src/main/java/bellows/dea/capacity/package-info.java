/** How much memory and disk of this host is given away. */
@NullMarked
package bellows.dea.capacity;

import org.jspecify.annotations.NullMarked;
