/** Files that an org has sent before and need not send again. */
@NullMarked
package bellows.cloudcontroller.resources;

import org.jspecify.annotations.NullMarked;
