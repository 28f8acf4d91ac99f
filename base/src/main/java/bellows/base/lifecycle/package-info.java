/** What can be started and closed, and in which order. */
@NullMarked
package bellows.base.lifecycle;

import org.jspecify.annotations.NullMarked;
