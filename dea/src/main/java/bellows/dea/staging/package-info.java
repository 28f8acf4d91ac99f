/** Turning a package into a droplet, in a container. */
@NullMarked
package bellows.dea.staging;

import org.jspecify.annotations.NullMarked;
