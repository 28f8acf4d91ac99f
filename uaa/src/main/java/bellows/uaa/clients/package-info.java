/** The programs that may ask for tokens. */
@NullMarked
package bellows.uaa.clients;

import org.jspecify.annotations.NullMarked;
