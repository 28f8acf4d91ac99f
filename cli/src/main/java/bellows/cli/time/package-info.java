/** The client's clock, replaceable in tests. */
@NullMarked
package bellows.cli.time;

import org.jspecify.annotations.NullMarked;
