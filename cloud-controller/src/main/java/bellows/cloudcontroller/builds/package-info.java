/** Builds: from a package to a droplet, by way of the stager. */
@NullMarked
package bellows.cloudcontroller.builds;

import org.jspecify.annotations.NullMarked;
