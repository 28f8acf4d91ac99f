/** Droplets: what apps run. */
@NullMarked
package bellows.cloudcontroller.droplets;

import org.jspecify.annotations.NullMarked;
