/** The composition root: reads options and settings, wires the parts, starts and stops them. */
@NullMarked
package bellows.launcher;

import org.jspecify.annotations.NullMarked;
