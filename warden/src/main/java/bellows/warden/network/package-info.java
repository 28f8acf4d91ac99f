/** The container network: bridge, addresses, and the nftables switch in front of it. */
@NullMarked
package bellows.warden.network;

import org.jspecify.annotations.NullMarked;
