/** From a folder to a running app. */
@NullMarked
package bellows.cli.push;

import org.jspecify.annotations.NullMarked;
