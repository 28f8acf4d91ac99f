/** Puts together all that has to do with apps: from the pushed source to the running instance. */
@NullMarked
package bellows.cloudcontroller.workloads;

import org.jspecify.annotations.NullMarked;
