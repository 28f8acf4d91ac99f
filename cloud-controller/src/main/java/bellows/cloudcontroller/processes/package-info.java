/** Processes of an app: scale, health checks, what their instances do. */
@NullMarked
package bellows.cloudcontroller.processes;

import org.jspecify.annotations.NullMarked;
