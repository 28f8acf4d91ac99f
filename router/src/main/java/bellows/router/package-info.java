/** The way in for every HTTP request, to apps and to the platform's own API alike. */
@NullMarked
package bellows.router;

import org.jspecify.annotations.NullMarked;
