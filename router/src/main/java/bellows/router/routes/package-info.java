/** Which endpoints serve which host and path. */
@NullMarked
package bellows.router.routes;

import org.jspecify.annotations.NullMarked;
