/** What all commands share: options, life cycle, registration. */
@NullMarked
package bellows.cli.command;

import org.jspecify.annotations.NullMarked;
