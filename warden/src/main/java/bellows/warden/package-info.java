/** Containers as the host agent sees them; {@code machine.LinuxWarden} makes them real. */
@NullMarked
package bellows.warden;

import org.jspecify.annotations.NullMarked;
