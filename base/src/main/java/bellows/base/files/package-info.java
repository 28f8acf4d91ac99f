/** Files that are whole or absent, and trees that can be removed. */
@NullMarked
package bellows.base.files;

import org.jspecify.annotations.NullMarked;
