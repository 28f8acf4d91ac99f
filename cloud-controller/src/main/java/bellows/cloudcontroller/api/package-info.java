/** What every V3 handler shares: the call, its body and query, and the form of answers. */
@NullMarked
package bellows.cloudcontroller.api;

import org.jspecify.annotations.NullMarked;
