package bellows.dea.sleep;

import bellows.contracts.dea.StartInstance;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When one instance sleeps, from its start message. Pure.
 *
 * @param after how long without traffic
 * @param maxLifetime after which a fresh container takes over
 * @param wakeOnConnect whether a bare connection wakes it
 * @param startAsleep whether it waits for its first caller
 */
public record SleepRule(
    Duration after, @Nullable Duration maxLifetime, boolean wakeOnConnect, boolean startAsleep) {
  /** What has moved nothing for so long is taken as done when it has to make way for others. */
  public static final Duration QUIET = Duration.ofSeconds(1);

  /**
   * Empty for an instance that never sleeps: nobody could wake one without a port to call, and a
   * process check says that its work comes from elsewhere.
   *
   * @param shortest below which no app goes, whatever it asks for
   */
  public static Optional<SleepRule> of(StartInstance message, Duration shortest) {
    StartInstance.Sleep sleep = message.sleep();
    if (sleep == null || sleep.afterSeconds() == null || message.uris().isEmpty()) {
      return Optional.empty();
    }
    StartInstance.HealthCheck check = message.healthCheck();
    if (check != null && check.type().equals("process")) {
      return Optional.empty();
    }
    Duration after = Duration.ofSeconds(Math.max(0, sleep.afterSeconds()));
    Integer lifetime = sleep.maxLifetimeSeconds();
    return Optional.of(
        new SleepRule(
            after.compareTo(shortest) < 0 ? shortest : after,
            lifetime == null || lifetime < 1 ? null : Duration.ofSeconds(lifetime),
            sleep.wakeOnConnect(),
            sleep.startAsleep()));
  }

  /** What to do with an instance that is awake. */
  public enum Verdict {
    STAY,
    SLEEP,
    /** It has lived long enough: a fresh container takes over. */
    RENEW,
    /** The same in a pause, in which it may also end first: the next caller gets a new one. */
    RENEW_OR_SLEEP
  }

  /**
   * @param quiet time since the kernel last counted something for its port
   * @param awake time since it came to serve
   * @param polled whether somebody is still watching whether its start succeeds
   * @param unanswered whether somebody waits for an answer, however quiet it is
   */
  public Verdict verdict(Duration quiet, Duration awake, boolean polled, boolean unanswered) {
    if (polled) {
      return Verdict.STAY;
    }
    if (quiet.compareTo(after) >= 0 && !unanswered) {
      return Verdict.SLEEP;
    }
    if (maxLifetime == null || awake.compareTo(maxLifetime) < 0) {
      return Verdict.STAY;
    }
    return quiet.compareTo(pause()) >= 0 && !unanswered ? Verdict.RENEW_OR_SLEEP : Verdict.RENEW;
  }

  private Duration pause() {
    return after.compareTo(QUIET) < 0 ? after : QUIET;
  }
}
