/** Log lines on their way to the log aggregator. */
@NullMarked
package bellows.contracts.logs;

import org.jspecify.annotations.NullMarked;
