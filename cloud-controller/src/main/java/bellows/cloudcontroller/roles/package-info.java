/** Who may do what in which org or space. */
@NullMarked
package bellows.cloudcontroller.roles;

import org.jspecify.annotations.NullMarked;
