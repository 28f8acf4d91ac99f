/** Tasks: one-off commands on a droplet; lists only, as none can be made yet. */
@NullMarked
package bellows.cloudcontroller.tasks;

import org.jspecify.annotations.NullMarked;
