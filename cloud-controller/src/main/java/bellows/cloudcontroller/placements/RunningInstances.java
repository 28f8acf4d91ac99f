package bellows.cloudcontroller.placements;

import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import java.time.Duration;
import java.util.List;

/** Asks the DEAs what they run of an app. */
public final class RunningInstances {
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final MessageBus bus;

  public RunningInstances(MessageBus bus) {
    this.bus = bus;
  }

  /**
   * What was answered within a second, with usage; each placement has one instance, so as many
   * answers as placements end the wait early (a historic controller always waits 2 s when one is
   * missing).
   *
   * @param expected placements of the whole app; 0 asks nobody
   */
  public List<FoundInstance> find(AppGuid app, int expected) {
    if (expected == 0) {
      return List.of();
    }
    return bus.request(
        Subjects.DEA_FIND_DROPLET,
        new InstanceFilter(app, null, null, null, null, true),
        FoundInstance.class,
        expected,
        WAIT);
  }
}
