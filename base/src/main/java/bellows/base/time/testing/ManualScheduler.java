package bellows.base.time.testing;

import bellows.base.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time stands still until {@link #advance}; due tasks run on the caller's thread, in order. */
public final class ManualScheduler implements Scheduler {
  private final Instant start = Instant.parse("2030-01-01T00:00:00Z");
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(
          Comparator.comparingLong((Entry e) -> e.dueNanos).thenComparingLong(e -> e.order));
  private long nanos;
  private long order;

  @Override
  public synchronized Instant now() {
    return start.plusNanos(nanos);
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Timer every(Duration period, Runnable task) {
    return add(period, period, task);
  }

  @Override
  public synchronized Timer after(Duration delay, Runnable task) {
    return add(delay, Duration.ZERO, task);
  }

  /** Moves the clock on and runs what becomes due on the way. */
  public void advance(Duration by) {
    long target;
    synchronized (this) {
      target = nanos + by.toNanos();
    }
    while (true) {
      Entry due;
      synchronized (this) {
        due = queue.peek();
        if (due == null || due.dueNanos > target) {
          nanos = target;
          return;
        }
        queue.remove(due);
        nanos = Math.max(nanos, due.dueNanos);
        if (!due.period.isZero()) {
          due.dueNanos += due.period.toNanos();
          due.order = order++;
          queue.add(due);
        }
      }
      due.task.run();
    }
  }

  private Timer add(Duration delay, Duration period, Runnable task) {
    Entry entry = new Entry(nanos + delay.toNanos(), order++, period, task);
    queue.add(entry);
    return () -> {
      synchronized (this) {
        queue.remove(entry);
      }
    };
  }

  private static final class Entry {
    private long dueNanos;
    private long order;
    private final Duration period;
    private final Runnable task;

    private Entry(long dueNanos, long order, Duration period, Runnable task) {
      this.dueNanos = dueNanos;
      this.order = order;
      this.period = period;
      this.task = task;
    }
  }
}
