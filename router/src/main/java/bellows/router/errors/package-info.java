/** What the router itself answers, and why an attempt failed. */
@NullMarked
package bellows.router.errors;

import org.jspecify.annotations.NullMarked;
