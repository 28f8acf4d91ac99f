/** Stand-ins for the peers on the bus, for tests of those that talk to them. */
@NullMarked
package bellows.contracts.testing;

import org.jspecify.annotations.NullMarked;
