@NullMarked
package bellows.cloudcontroller.placements;

import org.jspecify.annotations.NullMarked;
