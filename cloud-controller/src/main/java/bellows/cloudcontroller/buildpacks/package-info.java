/** The installed buildpacks and their bits. */
@NullMarked
package bellows.cloudcontroller.buildpacks;

import org.jspecify.annotations.NullMarked;
