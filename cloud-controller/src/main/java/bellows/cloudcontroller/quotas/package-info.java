/** How much an org may use. */
@NullMarked
package bellows.cloudcontroller.quotas;

import org.jspecify.annotations.NullMarked;
