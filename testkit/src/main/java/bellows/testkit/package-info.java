/** The platform from outside, for tests: started, killed, asked and cleaned up. */
@NullMarked
package bellows.testkit;

import org.jspecify.annotations.NullMarked;
