package bellows.cloudcontroller.builds;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Tells within this process that some build has ended; a hint, the rows are the truth. */
final class BuildEnds {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  void tell() {
    lock.lock();
    try {
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when any build ends, or after {@code atMost}. */
  @SuppressWarnings("WaitNotInLoop") // the caller looks at the rows again in any case
  void await(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      boolean _ = ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      lock.unlock();
    }
  }
}
