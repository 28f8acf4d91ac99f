package bellows.base.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's clock. One thread keeps the time; each task runs on a virtual thread of its own.
 */
public final class SystemScheduler implements Scheduler, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SystemScheduler.class);

  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("scheduler").factory());

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer every(Duration period, Runnable task) {
    AtomicBoolean busy = new AtomicBoolean();
    Runnable tick =
        () -> {
          if (busy.compareAndSet(false, true)) {
            run(task, busy);
          }
        };
    // What has the same period would else always come at once, and need as many of everything.
    long first = ThreadLocalRandom.current().nextLong(period.toNanos()) + 1;
    return cancelling(
        ticks.scheduleAtFixedRate(tick, first, period.toNanos(), TimeUnit.NANOSECONDS));
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return cancelling(
        ticks.schedule(
            () -> run(task, new AtomicBoolean(true)), delay.toNanos(), TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    ticks.shutdownNow();
  }

  private static Timer cancelling(Future<?> future) {
    return () -> future.cancel(false);
  }

  private static void run(Runnable task, AtomicBoolean busy) {
    Thread.ofVirtual()
        .name("timer")
        .start(() -> {
          try {
            task.run();
          } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("timer.task_failed");
          } finally {
            busy.set(false);
          }
        });
  }
}
