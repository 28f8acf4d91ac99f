/** The router's duties on the message bus. */
@NullMarked
package bellows.router.bus;

import org.jspecify.annotations.NullMarked;
