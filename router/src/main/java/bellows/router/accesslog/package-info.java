/** One line per request, to a file and to the app's log. */
@NullMarked
package bellows.router.accesslog;

import org.jspecify.annotations.NullMarked;
