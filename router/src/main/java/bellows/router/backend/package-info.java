/** Connections to endpoints, pooled per event loop. */
@NullMarked
package bellows.router.backend;

import org.jspecify.annotations.NullMarked;
