@NullMarked
package bellows.stager;

import org.jspecify.annotations.NullMarked;
