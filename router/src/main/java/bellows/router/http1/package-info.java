/** One strict reader and writer of HTTP/1 messages (RFC 9112); knows nothing of routes. */
@NullMarked
package bellows.router.http1;

import org.jspecify.annotations.NullMarked;
