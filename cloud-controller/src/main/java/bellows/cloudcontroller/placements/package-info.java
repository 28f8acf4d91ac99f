/**
 * Which instance stands where: turns desired processes into placement rows, and sees to it that the
 * hosts run exactly those.
 */
@NullMarked
package bellows.cloudcontroller.placements;

import org.jspecify.annotations.NullMarked;
