/** Messages between the routers and whoever has a route. */
@NullMarked
package bellows.contracts.routing;

import org.jspecify.annotations.NullMarked;
