/** The kernel's netfilter spoken to over its socket: single elements of our sets, connections. */
@NullMarked
package bellows.warden.netlink;

import org.jspecify.annotations.NullMarked;
