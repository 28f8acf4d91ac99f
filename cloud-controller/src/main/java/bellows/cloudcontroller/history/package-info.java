/** What was true of an app and when, who changed it, and the way back. */
@NullMarked
package bellows.cloudcontroller.history;

import org.jspecify.annotations.NullMarked;
