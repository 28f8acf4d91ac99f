package bellows.router.bus;

import bellows.base.time.Scheduler;
import bellows.router.routes.RegistrationException.Reason;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts refused messages, and logs one of each kind a minute: a broken publisher sends the same
 * message for ever. Thread-safe.
 */
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long BETWEEN_LINES_NANOS = 60_000_000_000L;
  private static final int LONGEST = 200;

  private final Scheduler scheduler;
  private final Map<Reason, Tally> tallies = new EnumMap<>(Reason.class);

  private static final class Tally {
    private long count;
    private long loggedNanos;
  }

  public Refusals(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void add(Reason reason, String what) {
    long now = scheduler.nanoTime();
    long count;
    synchronized (tallies) {
      Tally tally = tallies.computeIfAbsent(reason, key -> new Tally());
      count = ++tally.count;
      if (count > 1 && now - tally.loggedNanos < BETWEEN_LINES_NANOS) {
        return;
      }
      tally.loggedNanos = now;
    }
    log.atWarn()
        .addKeyValue("reason", reason)
        .addKeyValue("what", what.substring(0, Math.min(LONGEST, what.length())))
        .addKeyValue("count", count)
        .log("registration.refused");
  }

  /** How many messages were refused for this reason, since start. */
  public long count(Reason reason) {
    synchronized (tallies) {
      Tally tally = tallies.get(reason);
      return tally == null ? 0 : tally.count;
    }
  }

  /** All refused messages, since start. */
  public long total() {
    synchronized (tallies) {
      return tallies.values().stream().mapToLong(tally -> tally.count).sum();
    }
  }
}
