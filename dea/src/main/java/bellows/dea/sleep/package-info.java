/** When a placement may be without a process: the rules, and who looks at the kernel's counters. */
@NullMarked
package bellows.dea.sleep;

import org.jspecify.annotations.NullMarked;
