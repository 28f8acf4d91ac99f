/** Root file systems that apps can run on. */
@NullMarked
package bellows.cloudcontroller.stacks;

import org.jspecify.annotations.NullMarked;
