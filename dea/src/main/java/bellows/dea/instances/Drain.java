package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.warden.Container;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the requests that a container serves come to their end before it is told to end. Nobody is
 * sent to it any more when this begins, but some may be on their way, and not every router need
 * have heard of it.
 */
final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /**
   * How patient it is.
   *
   * @param onTheWay by then whoever was sent to it has got there
   * @param silence see {@link LastCallers}
   * @param longest for connections that do not end; a WebSocket would not for hours
   */
  record Patience(Duration onTheWay, Duration silence, Duration longest) {}

  private final Container container;
  private final Instant giveUp;
  private final Scheduler scheduler;
  private final Executor executor;
  private final Runnable done;
  private final LastCallers callers;
  private boolean closed;

  private Drain(
      Container container,
      Patience patience,
      Scheduler scheduler,
      Executor executor,
      Runnable done) {
    this.container = container;
    this.giveUp = scheduler.now().plus(patience.longest());
    this.callers = new LastCallers(patience.silence());
    this.scheduler = scheduler;
    this.executor = executor;
    this.done = done;
  }

  /**
   * @param done called when it serves nobody, or its time is over; not when it ends by itself
   */
  static void begin(
      Container container,
      Patience patience,
      Scheduler scheduler,
      Executor executor,
      Runnable done) {
    new Drain(container, patience, scheduler, executor, done).lookAfter(patience.onTheWay());
  }

  private void lookAfter(Duration pause) {
    scheduler.after(pause, () -> executor.execute(this::look));
  }

  private void look() {
    if (container.exited().isDone()) {
      return;
    }
    boolean patient = scheduler.now().isBefore(giveUp);
    if (patient && !servesNobody()) {
      lookAfter(LOOK_EVERY);
    } else if (!closed && patient) {
      // Whoever came since the look shows in the next one, and after it nobody comes.
      close();
      lookAfter(LOOK_EVERY);
    } else {
      done.run();
    }
  }

  private boolean servesNobody() {
    try {
      return callers.done(container.connections(), scheduler.nanoTime());
    } catch (RuntimeException e) {
      // The next look may succeed, and its time ends it anyway.
      log.atWarn().addKeyValue("container", container.id()).setCause(e).log("drain.not_seen");
      return false;
    }
  }

  private void close() {
    closed = true;
    try {
      container.disconnect();
    } catch (RuntimeException e) {
      log.atDebug().addKeyValue("container", container.id()).setCause(e).log("disconnect.late");
    }
  }
}
