/** The instances of this host: states, start, stop, crash, restart, adoption. */
@NullMarked
package bellows.dea.instances;

import org.jspecify.annotations.NullMarked;
