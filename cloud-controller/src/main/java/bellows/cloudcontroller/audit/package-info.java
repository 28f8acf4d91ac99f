/** Who did what to which resource. */
@NullMarked
package bellows.cloudcontroller.audit;

import org.jspecify.annotations.NullMarked;
