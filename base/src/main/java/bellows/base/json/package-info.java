/** How we read and write JSON. */
@NullMarked
package bellows.base.json;

import org.jspecify.annotations.NullMarked;
