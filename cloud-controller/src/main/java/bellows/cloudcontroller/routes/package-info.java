/** Hosts and paths under domains, and the apps they lead to. */
@NullMarked
package bellows.cloudcontroller.routes;

import org.jspecify.annotations.NullMarked;
