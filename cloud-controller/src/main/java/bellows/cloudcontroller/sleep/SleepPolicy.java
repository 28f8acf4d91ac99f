package bellows.cloudcontroller.sleep;

import bellows.cloudcontroller.api.Metadata;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.http.CfError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the instances of a process may sleep. People say it by labels or annotations of the app or
 * of one process, which every client of the API can set; the keys begin with {@link #PREFIX}.
 *
 * <p>What is said of the process wins over what is said of the app, and a label over an annotation,
 * as labels are what {@code cf set-label} and the manifest's keys write. Pure.
 *
 * @param after without traffic; null is never
 * @param maxLifetime after which a fresh container takes over; null is never
 * @param concurrency requests in flight per instance before a sleeping one is woken
 * @param wakePage browsers may see a page while it wakes
 * @param startAsleep its first request starts it, and not its deployment
 * @param wakeOnConnect a connection that says nothing wakes it; null: when it has a TCP route, as
 *     its server may be the one to speak first
 */
public record SleepPolicy(
    @Nullable Duration after,
    @Nullable Duration maxLifetime,
    int concurrency,
    boolean wakePage,
    boolean startAsleep,
    @Nullable Boolean wakeOnConnect) {
  /**
   * A DNS name with a dot, as the API demands it of a prefix, below a domain that nobody can own.
   */
  public static final String PREFIX = "bellows.internal/";

  public static final String SLEEP_AFTER = "sleep-after";
  public static final String MAX_LIFETIME = "max-lifetime";
  public static final String CONCURRENCY = "concurrency";
  public static final String WAKE_PAGE = "wake-page";
  public static final String START_ASLEEP = "start-asleep";
  public static final String WAKE_ON_CONNECT = "wake-on-connect";

  /** What may follow {@link #PREFIX}; the same words are keys of a manifest. */
  public static final List<String> KEYS =
      List.of(SLEEP_AFTER, MAX_LIFETIME, CONCURRENCY, WAKE_PAGE, START_ASLEEP, WAKE_ON_CONNECT);

  /** For what nobody says anything about. */
  public static final SleepPolicy DEFAULT =
      new SleepPolicy(Duration.ofMinutes(15), null, Sleep.DEFAULT_CONCURRENCY, false, false, null);

  private static final String NEVER = "never";

  /**
   * The one idle time below a second. The message counts in seconds, and hosts take its 0 for the
   * shortest that they do, which is this.
   */
  private static final String SHORTEST = "50ms";

  private static final Duration SHORTEST_LIFETIME = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final int MOST_CONCURRENT = 10_000;

  /**
   * This policy with another idle time.
   *
   * @param text such as {@code 15m} or {@code never}
   * @throws IllegalArgumentException which says what is allowed
   */
  public SleepPolicy withAfter(String text) {
    fault(SLEEP_AFTER, text)
        .ifPresent(fault -> {
          throw new IllegalArgumentException(fault);
        });
    return new SleepPolicy(
        duration(text), maxLifetime, concurrency, wakePage, startAsleep, wakeOnConnect);
  }

  /**
   * What holds for a process; a value that is wrong, as only SQL can bring it here, counts as
   * absent.
   *
   * @param defaults for what neither of the two says
   */
  public static SleepPolicy of(SleepPolicy defaults, Metadata app, Metadata process) {
    Map<String, String> said = new LinkedHashMap<>();
    for (Map<String, String> notes :
        List.of(app.annotations(), app.labels(), process.annotations(), process.labels())) {
      for (String key : KEYS) {
        String value = notes.get(PREFIX + key);
        if (value != null && fault(key, value).isEmpty()) {
          said.put(key, value);
        }
      }
    }
    return new SleepPolicy(
        said.containsKey(SLEEP_AFTER) ? duration(said.get(SLEEP_AFTER)) : defaults.after,
        said.containsKey(MAX_LIFETIME) ? duration(said.get(MAX_LIFETIME)) : defaults.maxLifetime,
        said.containsKey(CONCURRENCY)
            ? Integer.parseInt(said.get(CONCURRENCY))
            : defaults.concurrency,
        said.containsKey(WAKE_PAGE) ? said.get(WAKE_PAGE).equals("true") : defaults.wakePage,
        said.containsKey(START_ASLEEP)
            ? said.get(START_ASLEEP).equals("true")
            : defaults.startAsleep,
        said.containsKey(WAKE_ON_CONNECT)
            ? Boolean.valueOf(said.get(WAKE_ON_CONNECT))
            : defaults.wakeOnConnect);
  }

  /**
   * For the start message. Without a route no connection could wake it, and what has no health
   * check but its process works for itself: neither ever sleeps.
   *
   * @param tcp whether one of its routes is a TCP route
   * @param healthCheckType port, http or process
   * @param asleep it need not be awake, whatever this policy says of starts
   */
  public Sleep message(boolean routed, boolean tcp, String healthCheckType, boolean asleep) {
    boolean maySleep = routed && !healthCheckType.equals("process");
    @Nullable Integer afterSeconds = maySleep ? seconds(after) : null;
    boolean sleeps = afterSeconds != null;
    return new Sleep(
        afterSeconds,
        seconds(maxLifetime),
        concurrency,
        wakeOnConnect == null ? tcp : wakeOnConnect,
        sleeps && (asleep || startAsleep),
        (sleeps && wakePage) ? Boolean.TRUE : null);
  }

  /**
   * @throws CfError 422 when a key is about sleep, but is none of ours or has a value that means
   *     nothing
   */
  public static void check(Metadata.Change change) {
    List<String> faults = faults(change.labels(), change.annotations());
    if (!faults.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("%s", String.join(", ", faults));
    }
  }

  /** All that is wrong with those labels and annotations that are about sleep. */
  public static List<String> faults(
      Map<String, @Nullable String> labels, Map<String, @Nullable String> annotations) {
    List<String> faults = new ArrayList<>();
    for (Map<String, @Nullable String> notes : List.of(labels, annotations)) {
      notes.forEach((key, value) -> {
        if (key.startsWith(PREFIX) && value != null) {
          fault(key.substring(PREFIX.length()), value)
              .map(fault -> PREFIX + fault)
              .ifPresent(faults::add);
        }
      });
    }
    return faults;
  }

  /**
   * What is wrong with a value.
   *
   * @param key without prefix
   */
  public static Optional<String> fault(String key, String value) {
    return switch (key) {
      case SLEEP_AFTER ->
          value.equals(SHORTEST)
              ? Optional.empty()
              : durationFault(key, value, Duration.ofSeconds(1));
      case MAX_LIFETIME -> durationFault(key, value, SHORTEST_LIFETIME);
      case CONCURRENCY ->
          value.matches("[1-9]\\d{0,4}") && Integer.parseInt(value) <= MOST_CONCURRENT
              ? Optional.empty()
              : wrong(key, "a number from 1 to " + MOST_CONCURRENT, value);
      case WAKE_PAGE, START_ASLEEP, WAKE_ON_CONNECT ->
          value.equals("true") || value.equals("false")
              ? Optional.empty()
              : wrong(key, "true or false", value);
      default -> Optional.of("%s is unknown; known are %s".formatted(key, String.join(", ", KEYS)));
    };
  }

  private static Optional<String> durationFault(String key, String value, Duration least) {
    boolean good =
        value.equals(NEVER)
            || Durations.parse(value)
                .filter(duration -> duration.compareTo(least) >= 0)
                .filter(duration -> duration.compareTo(LONGEST) <= 0)
                .isPresent();
    return good
        ? Optional.empty()
        : wrong(
            key,
            "%s, or a duration from %ds to 365d such as 90s, 15m or 1h30m"
                .formatted(NEVER, least.toSeconds()),
            value);
  }

  private static Optional<String> wrong(String key, String must, String value) {
    return Optional.of("%s must be %s, not '%s'".formatted(key, must, value));
  }

  private static @Nullable Integer seconds(@Nullable Duration duration) {
    return duration == null ? null : Math.toIntExact(duration.toSeconds());
  }

  private static @Nullable Duration duration(@Nullable String good) {
    return SHORTEST.equals(good)
        ? Duration.ofMillis(50)
        : good == null ? null : Durations.parse(good).orElse(null);
  }
}
