/** Requests that pass by a service of the route on their way to the app. */
@NullMarked
package bellows.router.routeservices;

import org.jspecify.annotations.NullMarked;
