/** People, their passwords and scopes, and how a login is checked. */
@NullMarked
package bellows.uaa.users;

import org.jspecify.annotations.NullMarked;
