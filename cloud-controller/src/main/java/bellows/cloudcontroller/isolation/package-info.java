/** The one isolation segment that there is. */
@NullMarked
package bellows.cloudcontroller.isolation;

import org.jspecify.annotations.NullMarked;
