/** Variables that an administrator sets for every app. */
@NullMarked
package bellows.cloudcontroller.environmentgroups;

import org.jspecify.annotations.NullMarked;
