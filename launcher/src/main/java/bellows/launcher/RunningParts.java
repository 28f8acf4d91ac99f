package bellows.launcher;

import bellows.base.lifecycle.Component;
import bellows.base.time.SystemScheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one process in the order in which they were started; they are closed backwards. */
final class RunningParts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunningParts.class);

  private final Deque<Component> parts = new ArrayDeque<>();

  /**
   * Has the parts made and run, unless they run already; what was begun is closed when that fails.
   *
   * @param wire hands each part to {@link #run}
   */
  void start(Runnable wire) {
    if (!parts.isEmpty()) {
      return;
    }
    try {
      wire.run();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The clock of all parts, which runs since its construction and outlives them. */
  SystemScheduler scheduler() {
    SystemScheduler scheduler = new SystemScheduler();
    parts.push(
        new Component() {
          @Override
          public void start() {}

          @Override
          public void close() {
            scheduler.close();
          }
        });
    return scheduler;
  }

  /** Starts the part; what a failed start has opened is closed with the others. */
  <C extends Component> C run(C part) {
    parts.push(part);
    part.start();
    return part;
  }

  /** One that does not close does not keep the others. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      Component part = parts.pop();
      try {
        part.close();
      } catch (RuntimeException e) {
        log.atWarn()
            .addKeyValue("part", part.getClass().getSimpleName())
            .setCause(e)
            .log("part.close_failed");
      }
    }
  }
}
