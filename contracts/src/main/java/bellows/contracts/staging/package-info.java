/** Messages of a staging task. */
@NullMarked
package bellows.contracts.staging;

import org.jspecify.annotations.NullMarked;
