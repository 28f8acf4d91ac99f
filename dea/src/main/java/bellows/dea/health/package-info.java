/** Whether what runs in a container works. */
@NullMarked
package bellows.dea.health;

import org.jspecify.annotations.NullMarked;
