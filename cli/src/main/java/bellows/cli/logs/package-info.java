/** Reading and following logs. */
@NullMarked
package bellows.cli.logs;

import org.jspecify.annotations.NullMarked;
