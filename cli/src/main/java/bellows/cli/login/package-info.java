/** Commands that change who is logged in where. */
@NullMarked
package bellows.cli.login;

import org.jspecify.annotations.NullMarked;
