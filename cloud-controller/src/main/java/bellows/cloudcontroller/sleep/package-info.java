/** When instances may sleep: what people may say about it, and the wakes by the clock. */
@NullMarked
package bellows.cloudcontroller.sleep;

import org.jspecify.annotations.NullMarked;
