/** Droplets unpacked once per host and shared by their instances. */
@NullMarked
package bellows.dea.droplets;

import org.jspecify.annotations.NullMarked;
