package bellows.cloudcontroller.deployments;

import java.util.ArrayList;
import java.util.List;

/**
 * What a rolling deployment does next. Pure: from what there is to one step.
 *
 * <p>A new instance counts when it is RUNNING, which means that its check has passed; only then an
 * old one goes. So at no time fewer than the original number serve, and at most {@code maxInFlight}
 * more than that exist.
 */
sealed interface RollingStep {
  /** Nothing to do until the new instances run. */
  record Wait() implements RollingStep {}

  /**
   * @param newInstances how many the new process shall have now
   * @param oldInstances how many each of the old processes shall have now, in the order given
   */
  record Resize(int newInstances, List<Integer> oldInstances) implements RollingStep {}

  /** All new instances run: the old processes go, the new one takes their place. */
  record Finish() implements RollingStep {}

  /**
   * The new instances do not come up: back to the old ones.
   *
   * @param why in words
   */
  record RollBack(String why) implements RollingStep {}

  /**
   * What there is.
   *
   * @param wanted instances at the end
   * @param maxInFlight new instances that may be on their way at once
   * @param newInstances desired of the new process so far
   * @param newRunning of those, how many are RUNNING
   * @param oldInstances desired of each old process, oldest first
   * @param failure why the new instances cannot come up, empty while they still may
   */
  record Situation(
      int wanted,
      int maxInFlight,
      int newInstances,
      int newRunning,
      List<Integer> oldInstances,
      String failure) {
    int oldTotal() {
      return oldInstances.stream().mapToInt(Integer::intValue).sum();
    }
  }

  static RollingStep next(Situation now) {
    if (now.newRunning() >= now.wanted() && now.newInstances() == now.wanted()) {
      return new Finish();
    }
    if (!now.failure().isEmpty()) {
      return new RollBack(now.failure());
    }
    int starting = now.newInstances() - now.newRunning();
    int room = Math.max(0, now.maxInFlight() - starting);
    int more = Math.min(room, now.wanted() - now.newInstances());
    int oldKept = Math.min(now.oldTotal(), Math.max(0, now.wanted() - now.newRunning()));
    if (more <= 0 && oldKept == now.oldTotal()) {
      return new Wait();
    }
    return new Resize(now.newInstances() + Math.max(0, more), shrink(now.oldInstances(), oldKept));
  }

  /** The oldest processes shrink first. */
  private static List<Integer> shrink(List<Integer> instances, int keep) {
    int excess = instances.stream().mapToInt(Integer::intValue).sum() - keep;
    List<Integer> shrunk = new ArrayList<>();
    for (int count : instances) {
      int off = Math.min(count, excess);
      shrunk.add(count - off);
      excess -= off;
    }
    return List.copyOf(shrunk);
  }
}
