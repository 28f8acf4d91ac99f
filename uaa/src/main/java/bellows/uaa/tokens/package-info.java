/** Access tokens: made, checked, revoked. */
@NullMarked
package bellows.uaa.tokens;

import org.jspecify.annotations.NullMarked;
