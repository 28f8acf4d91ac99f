/** Packages: the source that was pushed. */
@NullMarked
package bellows.cloudcontroller.packages;

import org.jspecify.annotations.NullMarked;
