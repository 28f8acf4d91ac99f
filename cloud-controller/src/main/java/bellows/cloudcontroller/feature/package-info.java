/** What the controller is made of. */
@NullMarked
package bellows.cloudcontroller.feature;

import org.jspecify.annotations.NullMarked;
