/** Names under which routes are made. */
@NullMarked
package bellows.cloudcontroller.domains;

import org.jspecify.annotations.NullMarked;
