/** What the platform itself says in an app's log. */
@NullMarked
package bellows.cloudcontroller.applog;

import org.jspecify.annotations.NullMarked;
