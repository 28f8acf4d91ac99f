package bellows.e2e;

import bellows.testkit.HttpAnswer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Calls an app again and again on a thread of its own and remembers every answer that is not 200.
 */
final class Probe implements AutoCloseable {
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger successes = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ended;

  private Probe(Supplier<HttpAnswer> call, Duration pause) {
    thread =
        Thread.ofVirtual()
            .unstarted(() -> {
              while (!ended) {
                one(call);
                try {
                  Thread.sleep(pause);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
  }

  static Probe start(Supplier<HttpAnswer> call, Duration pause) {
    Probe probe = new Probe(call, pause);
    probe.thread.start();
    return probe;
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  int successes() {
    return successes.get();
  }

  private void one(Supplier<HttpAnswer> call) {
    try {
      HttpAnswer answer = call.get();
      if (answer.status() == 200) {
        successes.incrementAndGet();
      } else {
        failures.add(answer.head() + " " + answer.body());
      }
    } catch (RuntimeException e) {
      failures.add(e.toString());
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while the probe ends", e);
    }
  }
}
