package bellows.router.bus;

import bellows.base.time.Scheduler;
import bellows.router.routes.RouteRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Waits until the route table is likely to be complete: everybody was asked, and nothing new has
 * come for a while. A router that listened earlier would answer 404 for routes that exist.
 */
public final class Filling {
  private final RouteRegistry registry;
  private final Scheduler scheduler;
  private final Duration quiet;
  private final Duration most;

  /**
   * @param quiet without a change for this long the table counts as complete; zero for no wait
   * @param most then it is taken as it is
   */
  public Filling(RouteRegistry registry, Scheduler scheduler, Duration quiet, Duration most) {
    this.registry = registry;
    this.scheduler = scheduler;
    this.quiet = quiet;
    this.most = most;
  }

  /** Returns when there is no more reason to wait. */
  public void await() {
    if (!quiet.isZero()) {
      CompletableFuture<Void> filled = new CompletableFuture<>();
      look(scheduler.nanoTime(), filled);
      filled.join(); // bounded: each look either ends it or looks again until `most` is over
    }
  }

  private void look(long asked, CompletableFuture<Void> filled) {
    long now = scheduler.nanoTime();
    long quietSince =
        registry.endpoints() == 0 ? asked : Math.max(asked, registry.lastChangeNanos());
    long wait = Math.min(quietSince + quiet.toNanos() - now, asked + most.toNanos() - now);
    if (wait <= 0) {
      filled.complete(null);
    } else {
      scheduler.after(Duration.ofNanos(wait), () -> look(asked, filled));
    }
  }
}
