/** The keys that sign tokens, and their publication. */
@NullMarked
package bellows.uaa.keys;

import org.jspecify.annotations.NullMarked;
