/** What a client reads before it logs in. */
@NullMarked
package bellows.uaa.discovery;

import org.jspecify.annotations.NullMarked;
