/** What the client remembers between two commands. */
@NullMarked
package bellows.cli.config;

import org.jspecify.annotations.NullMarked;
