/** Telling the routers which address serves which uri. */
@NullMarked
package bellows.dea.routes;

import org.jspecify.annotations.NullMarked;
