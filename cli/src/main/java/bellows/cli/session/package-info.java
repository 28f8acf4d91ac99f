/** Who is logged in where. */
@NullMarked
package bellows.cli.session;

import org.jspecify.annotations.NullMarked;
