/** A router on loopback sockets, with clients and backends that do as they are told. */
@NullMarked
package bellows.router.testing;

import org.jspecify.annotations.NullMarked;
