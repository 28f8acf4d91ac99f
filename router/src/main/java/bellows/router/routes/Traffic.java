package bellows.router.routes;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a route remembers of the requests that it gets: whose turn is next, and how many were sent
 * once more lately. There only once there was a request. For every thread.
 *
 * <p>Retries have a budget, so that an app in trouble does not get twice the load because of its
 * trouble: in the last 5 to 10 seconds no more than a fifth of the requests may have been sent once
 * more, and ten for those that get few. Two event loops that ask at the same moment may both get
 * the last one.
 */
final class Traffic {
  static final long PERIOD_NANOS = 5_000_000_000L;
  static final int FLOOR = 10;
  static final int PERCENT = 20;

  private final AtomicInteger turn = new AtomicInteger(ThreadLocalRandom.current().nextInt());
  private volatile Period latest = new Period(Long.MIN_VALUE, 0, 0);

  /** Some seconds, with what was counted in those before. */
  private static final class Period {
    private final long number;
    private final int requestsBefore;
    private final int retriesBefore;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();

    private Period(long number, int requestsBefore, int retriesBefore) {
      this.number = number;
      this.requestsBefore = requestsBefore;
      this.retriesBefore = retriesBefore;
    }

    private Period next(long nextNumber) {
      return nextNumber == number + 1
          ? new Period(nextNumber, requests.get(), retries.get())
          : new Period(nextNumber, 0, 0);
    }
  }

  private static long number(long now) {
    return Math.floorDiv(now, PERIOD_NANOS);
  }

  private Period at(long now) {
    long number = number(now);
    Period known = latest;
    return known.number >= number ? known : begin(number);
  }

  private synchronized Period begin(long number) {
    Period known = latest;
    if (known.number < number) {
      known = known.next(number);
      latest = known;
    }
    return known;
  }

  int nextTurn() {
    return turn.getAndIncrement();
  }

  void requested(long now) {
    at(now).requests.incrementAndGet();
  }

  boolean mayRetry(long now) {
    Period period = at(now);
    long requests = (long) period.requestsBefore + period.requests.get();
    long retries = (long) period.retriesBefore + period.retries.get();
    return retries < FLOOR + requests * PERCENT / 100;
  }

  void retried(long now) {
    at(now).retries.incrementAndGet();
  }

  /** Whether nothing of it matters any more. */
  boolean isOver(long now) {
    return latest.number < number(now) - 1;
  }
}
