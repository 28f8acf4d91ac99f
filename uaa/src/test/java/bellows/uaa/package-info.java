@NullMarked
package bellows.uaa;

import org.jspecify.annotations.NullMarked;
