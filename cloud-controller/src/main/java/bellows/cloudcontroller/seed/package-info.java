/** What a fresh platform starts with. */
@NullMarked
package bellows.cloudcontroller.seed;

import org.jspecify.annotations.NullMarked;
