/** Packing directories and unpacking what strangers packed. */
@NullMarked
package bellows.base.archive;

import org.jspecify.annotations.NullMarked;
