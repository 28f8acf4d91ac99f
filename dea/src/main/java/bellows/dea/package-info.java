/** The agent of one host: {@link bellows.dea.Dea} puts its parts together. */
@NullMarked
package bellows.dea;

import org.jspecify.annotations.NullMarked;
