package bellows.dea.instances;

import bellows.warden.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Those whom a container still serves that gets no new callers, and whether they are done: gone, or
 * answered and silent. For one thread at a time.
 */
final class LastCallers {
  private final Duration silence;
  private Map<String, Last> known = new HashMap<>();

  private record Last(long bytes, long sinceNanos) {}

  /**
   * @param silence how long an open connection may say nothing before it counts as done; the probes
   *     of an idle one count as words, so that one lasts longer
   */
  LastCallers(Duration silence) {
    this.silence = silence;
  }

  /** Takes what the kernel knows now; true when all are done. */
  boolean done(List<Connection> now, long nanoTime) {
    Map<String, Last> next = new HashMap<>();
    boolean done = true;
    for (Connection connection : now) {
      Last before = known.get(connection.client());
      Last last =
          before == null || before.bytes() != connection.bytes()
              ? new Last(connection.bytes(), nanoTime)
              : before;
      next.put(connection.client(), last);
      done &=
          !connection.unanswered()
              && Duration.ofNanos(nanoTime - last.sinceNanos()).compareTo(silence) >= 0;
    }
    known = next;
    return done;
  }
}
