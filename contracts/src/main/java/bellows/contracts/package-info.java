/** Every subject of the bus, with its message. */
@NullMarked
package bellows.contracts;

import org.jspecify.annotations.NullMarked;
