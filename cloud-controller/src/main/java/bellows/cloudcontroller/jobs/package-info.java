/** Work that outlives its request, and the process that took it. */
@NullMarked
package bellows.cloudcontroller.jobs;

import org.jspecify.annotations.NullMarked;
