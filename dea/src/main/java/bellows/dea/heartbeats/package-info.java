/** What this DEA says of itself: heartbeats, advertisements, answers to find. */
@NullMarked
package bellows.dea.heartbeats;

import org.jspecify.annotations.NullMarked;
