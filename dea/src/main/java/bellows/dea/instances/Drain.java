package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.dea.sleep.SleepRule;
import bellows.warden.Container;
import bellows.warden.WardenException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the requests that a container serves come to their end before it is told to end. Nobody is
 * sent to it any more when this begins, but not every router need have heard of that.
 */
final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  /** Routers hear that it serves no more, and give up the connections that they keep, within it. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Container container;
  private final Instant giveUp;
  private final Scheduler scheduler;
  private final Executor executor;
  private final Runnable done;
  private final LastCallers callers = new LastCallers(SleepRule.QUIET);
  private boolean closed;

  private Drain(
      Container container,
      Duration longest,
      Scheduler scheduler,
      Executor executor,
      Runnable done) {
    this.container = container;
    this.giveUp = scheduler.now().plus(longest);
    this.scheduler = scheduler;
    this.executor = executor;
    this.done = done;
  }

  /**
   * @param longest for connections that do not end; a WebSocket would not for hours
   * @param done called when it serves nobody, or that time is over; not when it ends by itself
   */
  static void begin(
      Container container,
      Duration longest,
      Scheduler scheduler,
      Executor executor,
      Runnable done) {
    new Drain(container, longest, scheduler, executor, done).lookSoon();
  }

  private void lookSoon() {
    scheduler.after(LOOK_EVERY, () -> executor.execute(this::lookOrAgain));
  }

  /** Without the next look it would never end. */
  private void lookOrAgain() {
    try {
      look();
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("container", container.id()).setCause(e).log("drain.look_failed");
      lookSoon();
    }
  }

  private void look() {
    if (container.exited().isDone()) {
      return;
    }
    boolean patient = scheduler.now().isBefore(giveUp);
    if (patient && !callers.done(container.connections(), scheduler.nanoTime())) {
      lookSoon();
    } else if (!closed && patient) {
      // Whoever came since the look shows in the next one, and after it nobody comes.
      close();
      lookSoon();
    } else {
      done.run();
    }
  }

  private void close() {
    closed = true;
    try {
      container.disconnect();
    } catch (WardenException e) {
      log.atDebug().addKeyValue("container", container.id()).setCause(e).log("disconnect.late");
    }
  }
}
