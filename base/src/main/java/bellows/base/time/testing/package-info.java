/** Time that a test owns. */
@NullMarked
package bellows.base.time.testing;

import org.jspecify.annotations.NullMarked;
