/** What holds for the API as a whole. */
@NullMarked
package bellows.cloudcontroller.contract;

import org.jspecify.annotations.NullMarked;
