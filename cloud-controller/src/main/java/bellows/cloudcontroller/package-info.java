/** The cloud controller: the list of its parts. */
@NullMarked
package bellows.cloudcontroller;

import org.jspecify.annotations.NullMarked;
