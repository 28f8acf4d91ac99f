/** Orgs, spaces and users. */
@NullMarked
package bellows.cli.spaces;

import org.jspecify.annotations.NullMarked;
