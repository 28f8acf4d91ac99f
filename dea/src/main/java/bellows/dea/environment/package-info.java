/** The variables that apps and buildpacks see. */
@NullMarked
package bellows.dea.environment;

import org.jspecify.annotations.NullMarked;
