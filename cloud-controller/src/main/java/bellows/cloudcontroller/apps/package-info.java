/** Apps: what is pushed, its processes' rows, its state and its environment. */
@NullMarked
package bellows.cloudcontroller.apps;

import org.jspecify.annotations.NullMarked;
