/** Commands about apps that exist. */
@NullMarked
package bellows.cli.apps;

import org.jspecify.annotations.NullMarked;
