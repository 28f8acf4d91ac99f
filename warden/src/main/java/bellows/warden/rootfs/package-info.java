/** The read-only root that containers share. */
@NullMarked
package bellows.warden.rootfs;

import org.jspecify.annotations.NullMarked;
