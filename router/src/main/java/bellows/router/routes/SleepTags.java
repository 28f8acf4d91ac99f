package bellows.router.routes;

import bellows.contracts.dea.StartInstance;
import java.util.Map;
import java.util.Objects;

/** What the tags of a registration say of an endpoint's sleep, for HTTP and TCP alike. */
public final class SleepTags {
  /** Beyond any concurrency target: what never sleeps knows no pressure. */
  private static final int NO_TARGET = Integer.MAX_VALUE;

  private SleepTags() {}

  /** Whether it sleeps now. */
  public static boolean isAsleep(Map<String, String> tags) {
    return "asleep".equals(tags.get("state"));
  }

  /** Whether it sleeps at times. */
  static boolean maySleep(Map<String, String> tags) {
    return tags.containsKey("state");
  }

  /** How much it serves at a time before one that sleeps is asked, too. */
  public static int concurrency(Map<String, String> tags) {
    int target = Traits.number(Objects.requireNonNullElse(tags.get("concurrency"), ""), 0);
    if (target > 0) {
      return target;
    }
    return maySleep(tags) ? StartInstance.Sleep.DEFAULT_CONCURRENCY : NO_TARGET;
  }
}
