/** What a command that cannot go on says. */
@NullMarked
package bellows.cli.failure;

import org.jspecify.annotations.NullMarked;
