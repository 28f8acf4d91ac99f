/** Entry point of the client: which command was asked for, and what its failure looks like. */
@NullMarked
package bellows.cli;

import org.jspecify.annotations.NullMarked;
