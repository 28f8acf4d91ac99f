/** How one router takes the place of another without a connection lost. */
@NullMarked
package bellows.router.handover;

import org.jspecify.annotations.NullMarked;
