/** Users, clients, tokens, login. */
@NullMarked
package bellows.uaa;

import org.jspecify.annotations.NullMarked;
