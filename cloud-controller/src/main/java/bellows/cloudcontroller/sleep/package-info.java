/** When instances may sleep, as people say it. */
@NullMarked
package bellows.cloudcontroller.sleep;

import org.jspecify.annotations.NullMarked;
