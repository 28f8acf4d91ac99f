/** Where apps live, and what is deleted with them. */
@NullMarked
package bellows.cloudcontroller.spaces;

import org.jspecify.annotations.NullMarked;
