/** HTTP and JSON: the public API as the commands need it. */
@NullMarked
package bellows.cli.api;

import org.jspecify.annotations.NullMarked;
