/**
 * HTTP/2 heads as the HTTP/1 text that the one strict parser reads, and back (RFC 9113, section 8);
 * knows nothing of routes.
 */
@NullMarked
package bellows.router.http2;

import org.jspecify.annotations.NullMarked;
