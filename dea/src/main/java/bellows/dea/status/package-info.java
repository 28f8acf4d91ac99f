/** What a collector of metrics reads of this DEA. */
@NullMarked
package bellows.dea.status;

import org.jspecify.annotations.NullMarked;
