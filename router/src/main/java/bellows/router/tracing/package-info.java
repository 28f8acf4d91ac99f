/** The trace that a request belongs to, across all who handle it. */
@NullMarked
package bellows.router.tracing;

import org.jspecify.annotations.NullMarked;
