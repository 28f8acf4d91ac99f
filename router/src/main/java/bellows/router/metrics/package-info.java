/** How long requests take, and the form in which Prometheus reads it. */
@NullMarked
package bellows.router.metrics;

import org.jspecify.annotations.NullMarked;
