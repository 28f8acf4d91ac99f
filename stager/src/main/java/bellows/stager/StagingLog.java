package bellows.stager;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.logs.LogBatch;
import java.time.Instant;

/** What the stager itself says to the person who waits for a build: source type {@code STG}. */
final class StagingLog {
  private final MessageBus bus;
  private final Scheduler scheduler;

  StagingLog(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  void progress(AppGuid app, String text) {
    write(app, false, text);
  }

  void failure(AppGuid app, String text) {
    write(app, true, text);
  }

  private void write(AppGuid app, boolean error, String text) {
    Instant now = scheduler.now();
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    bus.publish(
        Subjects.LOGS, LogBatch.of(new LogBatch.Line(app.value(), nanos, "STG", "0", error, text)));
  }
}
