/** A controller to call, with tokens of our own. */
@NullMarked
package bellows.cloudcontroller.testing;

import org.jspecify.annotations.NullMarked;
