package bellows.stager;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.ids.DeaId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The DEAs that offer to stage, and which of them are alive. What our own running tasks need is
 * subtracted, as an advertisement may be as old as five seconds.
 *
 * <p>Thread-safe by one lock that guards the maps and nothing else.
 */
final class StagingPool implements Component {
  /** Two periods of staging.advertise (reference/messages.md, section 1.6). */
  private static final Duration EXPIRY = Duration.ofSeconds(10);

  /** A full DEA goes on with its heartbeats: three periods without one mean that it is gone. */
  private static final Duration DEAD_AFTER = Duration.ofSeconds(30);

  /** One period and the time a DEA needs to take a task in: then its own figures contain it. */
  private static final Duration SETTLED = Duration.ofSeconds(7);

  private record Offer(DeaAdvertise advertise, long heardNanos) {}

  private record Held(int memoryMb, int diskMb, long atNanos) {}

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Map<DeaId, Offer> offers = new HashMap<>();
  private final Map<DeaId, List<Held>> held = new HashMap<>();
  private final Map<DeaId, Long> signsOfLife = new HashMap<>();
  private final Map<String, DeaId> byHost = new HashMap<>();
  private final List<MessageBus.Subscription> subscriptions = new ArrayList<>();

  StagingPool(MessageBus bus, Scheduler scheduler) {
    this.bus = bus;
    this.scheduler = scheduler;
  }

  @Override
  public void start() {
    synchronized (subscriptions) {
      if (!subscriptions.isEmpty()) {
        return;
      }
      subscriptions.add(
          bus.subscribe(
              Subjects.STAGING_ADVERTISE,
              message -> message.message().ifPresent(this::onAdvertise)));
      subscriptions.add(
          bus.subscribe(
              Subjects.DEA_HEARTBEAT,
              message -> message.message().ifPresent(beat -> alive(beat.dea(), beat.host()))));
      subscriptions.add(
          bus.subscribe(
              Subjects.DEA_START,
              message -> message.message().ifPresent(hello -> alive(hello.id(), hello.host()))));
      subscriptions.add(
          bus.subscribe(
              Subjects.DEA_SHUTDOWN, message -> message.message().ifPresent(this::onShutdown)));
      bus.publish(Subjects.DEA_LOCATE, Nothing.NOTHING); // instead of waiting for the next period
    }
  }

  /**
   * Takes room for a task on the DEA that has the most memory left.
   *
   * @return empty when none has enough
   */
  Optional<DeaId> take(String stack, int memoryMb, int diskMb) {
    synchronized (offers) {
      long now = scheduler.nanoTime();
      offers.values().removeIf(offer -> now - offer.heardNanos() > EXPIRY.toNanos());
      Optional<DeaId> chosen =
          offers.values().stream()
              .map(Offer::advertise)
              .filter(offer -> offer.stacks().contains(stack))
              .filter(offer -> freeMemoryMb(offer, now) >= memoryMb)
              .filter(offer -> freeDiskMb(offer, now) >= diskMb)
              .max(Comparator.comparingInt(offer -> freeMemoryMb(offer, now)))
              .map(DeaAdvertise::id);
      chosen.ifPresent(dea ->
          held.computeIfAbsent(dea, _ -> new ArrayList<>()).add(new Held(memoryMb, diskMb, now)));
      return chosen;
    }
  }

  /** Returns at the next advertisement, at the latest after {@code wait}. */
  @SuppressWarnings({"WaitNotInLoop", "WakeupNotInLoop"}) // the caller looks again in any case
  void awaitNews(Duration wait) throws InterruptedException {
    synchronized (offers) {
      offers.wait(wait.toMillis());
    }
  }

  /** What there is, in words, for someone who waits for room. */
  String offered() {
    synchronized (offers) {
      long now = scheduler.nanoTime();
      return offers.values().stream()
          .max(Comparator.comparingInt(offer -> freeMemoryMb(offer.advertise(), now)))
          .map(offer ->
              "the host with the most room has %d MB of memory and %d MB of disk left"
                  .formatted(
                      freeMemoryMb(offer.advertise(), now), freeDiskMb(offer.advertise(), now)))
          .orElse("no host offers to stage");
    }
  }

  /** False when the DEA is known to be gone, or was silent for longer than it may be. */
  boolean alive(DeaId dea) {
    synchronized (offers) {
      Long heard = signsOfLife.get(dea);
      return heard != null && scheduler.nanoTime() - heard <= DEAD_AFTER.toNanos();
    }
  }

  @Override
  public void close() {
    synchronized (subscriptions) {
      subscriptions.forEach(MessageBus.Subscription::close);
      subscriptions.clear();
    }
    synchronized (offers) {
      offers.clear();
      held.clear();
      signsOfLife.clear();
      byHost.clear();
    }
  }

  private void onAdvertise(DeaAdvertise advertise) {
    synchronized (offers) {
      offers.put(advertise.id(), new Offer(advertise, scheduler.nanoTime()));
      alive(advertise.id(), advertise.host());
      offers.notifyAll();
    }
  }

  /** A DEA has a new id after each start, so a new id on a host ends the one before. */
  private void alive(DeaId dea, @Nullable String host) {
    synchronized (offers) {
      long now = scheduler.nanoTime();
      signsOfLife.values().removeIf(heard -> now - heard > DEAD_AFTER.toNanos());
      signsOfLife.put(dea, now);
      if (host != null) {
        DeaId before = byHost.put(host, dea);
        if (before != null && !before.equals(dea)) {
          forget(before);
        }
      }
    }
  }

  private void onShutdown(DeaHello hello) {
    synchronized (offers) {
      forget(hello.id());
    }
  }

  private void forget(DeaId dea) {
    offers.remove(dea);
    held.remove(dea);
    signsOfLife.remove(dea);
  }

  private int freeMemoryMb(DeaAdvertise offer, long now) {
    return offer.availableMemoryMb()
        - unsettled(offer.id(), now).stream().mapToInt(Held::memoryMb).sum();
  }

  private int freeDiskMb(DeaAdvertise offer, long now) {
    return offer.availableDiskMb()
        - unsettled(offer.id(), now).stream().mapToInt(Held::diskMb).sum();
  }

  private List<Held> unsettled(DeaId dea, long now) {
    List<Held> all = held.getOrDefault(dea, new ArrayList<>());
    all.removeIf(task -> now - task.atNanos() > SETTLED.toNanos());
    return all;
  }
}
