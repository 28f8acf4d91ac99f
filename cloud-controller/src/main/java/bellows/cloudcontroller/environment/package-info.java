/** What an app finds in its environment, apart from what only its host knows. */
@NullMarked
package bellows.cloudcontroller.environment;

import org.jspecify.annotations.NullMarked;
