/** Health, counters and the route table, for operators. */
@NullMarked
package bellows.router.status;

import org.jspecify.annotations.NullMarked;
