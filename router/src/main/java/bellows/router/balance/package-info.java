/** Which endpoint of a pool gets the next request. */
@NullMarked
package bellows.router.balance;

import org.jspecify.annotations.NullMarked;
