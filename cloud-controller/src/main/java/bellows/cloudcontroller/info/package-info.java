/** What a client reads before it logs in. */
@NullMarked
package bellows.cloudcontroller.info;

import org.jspecify.annotations.NullMarked;
