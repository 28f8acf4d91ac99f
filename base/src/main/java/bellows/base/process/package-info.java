/** Running other programs with a deadline. */
@NullMarked
package bellows.base.process;

import org.jspecify.annotations.NullMarked;
