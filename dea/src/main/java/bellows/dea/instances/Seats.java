package bellows.dea.instances;

import bellows.base.time.Scheduler;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.routing.RoutedUris;
import bellows.dea.droplets.AppUid;
import bellows.dea.sleep.Presence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides who is seated where: a placement has one instance at a time, and who was asked to stop
 * gets no successor. Thread-safe: its lock covers the decisions and nothing that waits.
 */
final class Seats {
  private final InstanceRegistry registry;
  private final Instance.Birth birth;
  private final Scheduler scheduler;
  private final int firstPort;
  private final int lastPort;
  private boolean open = true;

  Seats(InstanceRegistry registry, Instance.Birth birth, int firstPort, int lastPort) {
    this.registry = registry;
    this.birth = birth;
    this.scheduler = birth.scheduler();
    this.firstPort = firstPort;
    this.lastPort = lastPort;
  }

  /**
   * @param before who has to be gone before the new one begins
   */
  record Admission(Instance instance, List<Instance> before) {}

  /**
   * @param mine whether who asked has to end it; else the thread that works on it will
   */
  record Stopped(Instance instance, boolean mine) {}

  /** From now on nobody is seated any more. */
  synchronized void close() {
    open = false;
  }

  /** A new instance, unless the placement has one of this version already. */
  synchronized Optional<Admission> admit(StartInstance message) {
    if (!open) {
      return Optional.empty();
    }
    Instance instance = born(message, message.routed(), 0, scheduler.now(), WakeLog.EMPTY);
    Optional<Instance> seated = registry.seated(message);
    if (seated.isPresent() && seated.get().version().equals(message.version())) {
      return Optional.empty();
    }
    List<Instance> before = registry.allSeated(message);
    registry.add(instance);
    return Optional.of(new Admission(instance, before));
  }

  /** The seated instance, when the message says something new of its sleep. */
  synchronized Optional<Instance> renewed(StartInstance message) {
    return registry
        .seated(message)
        .filter(seated -> seated.version().equals(message.version()))
        .filter(seated -> !Objects.equals(seated.sleep(), message.sleep()))
        .map(seated -> {
          seated.renew(message, scheduler.now());
          return seated;
        });
  }

  /** The instance that takes the crashed one's place, unless that one was stopped meanwhile. */
  synchronized Optional<Instance> successor(Instance crashed) {
    if (!open || crashed.stopping(scheduler.now()).isEmpty()) {
      return Optional.empty();
    }
    Instance fresh =
        born(
            crashed.message(),
            crashed.routed(),
            crashed.crashes(),
            crashed.receivedAt(),
            crashed.wakeLog());
    registry.add(fresh);
    return Optional.of(fresh);
  }

  /** Marks those that the filter means as stopping. */
  synchronized List<Stopped> stop(InstanceFilter filter) {
    List<Stopped> stopped = new ArrayList<>();
    for (Instance instance : registry.matching(filter)) {
      instance
          .stopping(scheduler.now())
          .ifPresent(mine -> stopped.add(new Stopped(instance, mine)));
    }
    return stopped;
  }

  private Instance born(
      StartInstance message, RoutedUris routed, int crashes, Instant receivedAt, WakeLog wakes) {
    Instant now = scheduler.now();
    return new Instance(
        new InstanceRecord(
            InstanceId.random(),
            message,
            routed.uris(),
            message.port() == null ? freePort() : message.port(),
            AppUid.of(message.droplet()),
            crashes,
            receivedAt,
            InstanceState.BORN,
            now,
            now,
            null,
            null,
            wakes,
            routed.options()),
        Presence.BORN,
        birth);
  }

  private int freePort() {
    Set<Integer> used = new HashSet<>();
    registry.all().forEach(i -> used.add(i.port()));
    for (int port = firstPort; port < lastPort; port++) {
      if (!used.contains(port)) {
        return port;
      }
    }
    // The container cannot be made then, and the crash says so.
    return lastPort;
  }
}
