/** Publish, subscribe and request, in one process or over NATS. */
@NullMarked
package bellows.bus;

import org.jspecify.annotations.NullMarked;
