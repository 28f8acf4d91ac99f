/** What containers print, as log lines on the bus. */
@NullMarked
package bellows.dea.logs;

import org.jspecify.annotations.NullMarked;
