package bellows.cloudcontroller.applog;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.logs.LogBatch;
import java.time.Instant;

/** Writes lines into the log that the people of an app read. Thread-safe; never blocks. */
public final class AppLog {
  private final MessageBus bus;
  private final Scheduler scheduler;

  public AppLog(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  /** Something that a person or the controller did: source type {@code API}. */
  public void api(AppGuid app, String text) {
    write(app, "API", false, text);
  }

  /** Something that went wrong with the app: source type {@code API}, on the error stream. */
  public void apiError(AppGuid app, String text) {
    write(app, "API", true, text);
  }

  /** About the staging of the app: source type {@code STG}. */
  public void staging(AppGuid app, boolean error, String text) {
    write(app, "STG", error, text);
  }

  private void write(AppGuid app, String sourceType, boolean error, String text) {
    Instant now = scheduler.now();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    bus.publish(
        Subjects.LOGS,
        LogBatch.of(new LogBatch.Line(app.value(), nanos, sourceType, "0", error, text)));
  }
}
