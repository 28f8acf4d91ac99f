/** How the collector finds every part. */
@NullMarked
package bellows.contracts.components;

import org.jspecify.annotations.NullMarked;
