/**
 * Every subject of the bus, with its message. Readers ignore keys that they do not know; a list or
 * map that is absent or null is read as empty where the contract requires it.
 */
@NullMarked
package bellows.contracts;

import org.jspecify.annotations.NullMarked;
