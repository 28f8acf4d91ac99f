/** Ways to get a token. */
@NullMarked
package bellows.uaa.grants;

import org.jspecify.annotations.NullMarked;
