/** The controller's view of people and clients. */
@NullMarked
package bellows.cloudcontroller.users;

import org.jspecify.annotations.NullMarked;
