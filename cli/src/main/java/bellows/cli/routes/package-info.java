/** Routes and domains. */
@NullMarked
package bellows.cli.routes;

import org.jspecify.annotations.NullMarked;
