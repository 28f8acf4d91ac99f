package bellows.dea.logs;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.logs.LogBatch;
import java.time.Instant;

/** What the platform itself says in an app's log. Thread-safe. */
public final class AppLog {
  private static final String CELL = "CELL";
  static final String STAGING = "STG";

  private final MessageBus bus;
  private final Scheduler scheduler;

  public AppLog(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  /** A line about an instance. */
  public void cell(AppGuid app, int index, String text) {
    publish(app, CELL, Integer.toString(index), false, text);
  }

  /** A line of a staging task. */
  public void staging(AppGuid app, boolean error, String text) {
    publish(app, STAGING, "0", error, text);
  }

  private void publish(AppGuid app, String source, String index, boolean error, String text) {
    bus.publish(
        Subjects.LOGS,
        LogBatch.of(
            new LogBatch.Line(app.value(), nanos(scheduler.now()), source, index, error, text)));
  }

  static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
