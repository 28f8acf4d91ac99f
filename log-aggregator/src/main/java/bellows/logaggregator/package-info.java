/** Keeps the newest lines of every app and shows them to who may read them. */
@NullMarked
package bellows.logaggregator;

import org.jspecify.annotations.NullMarked;
