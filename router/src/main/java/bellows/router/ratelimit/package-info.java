/** How many requests a client may send to a route. */
@NullMarked
package bellows.router.ratelimit;

import org.jspecify.annotations.NullMarked;
