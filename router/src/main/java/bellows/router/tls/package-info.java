/** Certificates and what is done with them on both sides of the router. */
@NullMarked
package bellows.router.tls;

import org.jspecify.annotations.NullMarked;
