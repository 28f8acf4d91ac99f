package bellows.cloudcontroller.jobs;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Tells within this process that a job was added or ended; only a hint, the rows are the truth. */
final class JobSignals {
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private long ends;

  void onAdded(Runnable listener) {
    listeners.add(listener);
  }

  void added() {
    listeners.forEach(Runnable::run);
  }

  void ended() {
    lock.lock();
    try {
      ends++;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when any job ends, or after {@code atMost}: the caller looks at the row again. */
  void awaitAnyEnd(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      long seen = ends;
      long left = atMost.toNanos();
      while (ends == seen && left > 0) {
        left = ended.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
