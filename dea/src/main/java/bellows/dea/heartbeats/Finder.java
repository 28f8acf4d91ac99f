package bellows.dea.heartbeats;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus.Incoming;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceRegistry;
import bellows.warden.Container;
import bellows.warden.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers dea.find.droplet: one reply for each instance that the filter means. */
public final class Finder {
  private static final long MB = 1L << 20;

  private final DeaId dea;
  private final String address;
  private final InstanceRegistry registry;
  private final Scheduler scheduler;
  private final CpuMeter cpu = new CpuMeter();

  public Finder(DeaId dea, String address, InstanceRegistry registry, Scheduler scheduler) {
    this.dea = dea;
    this.address = address;
    this.registry = registry;
    this.scheduler = scheduler;
  }

  public void answer(Incoming<InstanceFilter> question) {
    if (!question.wantsReply()) {
      return;
    }
    question
        .message()
        .ifPresent(filter -> {
          boolean stats = Boolean.TRUE.equals(filter.includeStats());
          registry.matching(filter).forEach(i -> question.reply(found(i, stats)));
        });
  }

  /** Reads every counter once, so that a question finds a reading to compare with. */
  public void sample() {
    Set<InstanceId> seen = new HashSet<>();
    for (Instance instance : registry.all()) {
      instance
          .container()
          .ifPresent(container -> {
            seen.add(instance.id());
            cpu(instance, container.usage());
          });
    }
    cpu.keepOnly(seen);
  }

  private FoundInstance found(Instance instance, boolean withStats) {
    InstanceState state = instance.state();
    Optional<Container> container = instance.container();
    boolean counted =
        withStats && (state == InstanceState.RUNNING || state == InstanceState.EVACUATING);
    FoundInstance.@Nullable Stats stats =
        counted && container.isPresent() ? stats(instance, container.get()) : null;
    return new FoundInstance(
        dea,
        instance.app(),
        instance.version(),
        instance.id(),
        instance.index(),
        state,
        instance.since().toEpochMilli() / 1000.0,
        stats,
        instance.placement(),
        instance.details().orElse(null),
        instance.wakes());
  }

  private FoundInstance.Stats stats(Instance instance, Container container) {
    Instant now = scheduler.now();
    Usage usage = container.usage();
    StartInstance.Limits limits = instance.limits();
    return new FoundInstance.Stats(
        instance.message().name(),
        instance.uris(),
        address,
        instance.port(),
        Duration.between(instance.since(), now).toSeconds(),
        limits.mem() * MB,
        limits.disk() * MB,
        limits.fds(),
        new FoundInstance.Usage(
            now.toString(), cpu(instance, usage), usage.memoryBytes(), usage.diskBytes()),
        container.ip(),
        Instance.CONTAINER_PORT);
  }

  private double cpu(Instance instance, Usage usage) {
    return cpu.share(instance.id(), usage.cpuNanos(), scheduler.nanoTime());
  }
}
