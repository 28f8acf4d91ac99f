/** TCP routes: ports that lead to an app whatever it speaks. */
@NullMarked
package bellows.router.tcp;

import org.jspecify.annotations.NullMarked;
