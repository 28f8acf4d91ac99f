/** What the user sees: lines, tables, colours, progress. */
@NullMarked
package bellows.cli.terminal;

import org.jspecify.annotations.NullMarked;
