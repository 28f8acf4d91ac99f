/**
 * The way of a request through the router; {@link bellows.router.pipeline.Exchange} lists the
 * stages.
 */
@NullMarked
package bellows.router.pipeline;

import org.jspecify.annotations.NullMarked;
