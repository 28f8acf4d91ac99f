/** How we use the HTTP library: routes, requests, answers, error bodies. */
@NullMarked
package bellows.http;

import org.jspecify.annotations.NullMarked;
