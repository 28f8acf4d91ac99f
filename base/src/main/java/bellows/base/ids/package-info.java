/** Random identifiers. */
@NullMarked
package bellows.base.ids;

import org.jspecify.annotations.NullMarked;
