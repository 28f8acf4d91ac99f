/** What the health manager decides. */
@NullMarked
package bellows.contracts.health;

import org.jspecify.annotations.NullMarked;
