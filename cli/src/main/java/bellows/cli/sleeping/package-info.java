/** Commands about what Bellows adds to the API: sleep, placements, history. */
@NullMarked
package bellows.cli.sleeping;

import org.jspecify.annotations.NullMarked;
