/** Which ports TCP routes may have. */
@NullMarked
package bellows.cloudcontroller.routergroups;

import org.jspecify.annotations.NullMarked;
