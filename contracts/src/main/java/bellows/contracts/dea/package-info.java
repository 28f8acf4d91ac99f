/** Messages between the control plane and the DEAs. */
@NullMarked
package bellows.contracts.dea;

import org.jspecify.annotations.NullMarked;
