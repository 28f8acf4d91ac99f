package bellows.cloudcontroller.placements;

import bellows.base.json.Json;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that offer room, by their advertisements. What was placed on a host since then is
 * subtracted here until the host's own figures must contain it: else a full host would be picked
 * again and again between two advertisements (cloud_controller_ng #598).
 *
 * <p>Thread-safe by one lock that guards the two maps and nothing else.
 */
final class DeaPool implements Component {
  /** Two periods of dea.advertise (reference/messages.md, section 1.6). */
  private static final Duration EXPIRY = Duration.ofSeconds(10);

  /** One period and the time a DEA needs to take a start in. */
  private static final Duration SETTLED = Duration.ofSeconds(7);

  /**
   * @param heard the message; an equal one says nothing new
   */
  private record Offer(HostCapacity capacity, long heardNanos, Heard heard) {}

  private record Reservation(int memoryMb, int diskMb, long atNanos) {}

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final Runnable appeared;
  private final Map<String, Offer> offers = new HashMap<>();
  private final Map<String, List<Reservation>> reservations = new HashMap<>();
  private final List<MessageBus.Subscription> subscriptions = new ArrayList<>();

  /**
   * @param appeared called when a host is heard that was not there, or that has more room than in
   *     its advertisement before
   */
  DeaPool(MessageBus bus, Scheduler scheduler, Runnable appeared) {
    this.bus = bus;
    this.scheduler = scheduler;
    this.appeared = appeared;
  }

  @Override
  public void start() {
    synchronized (subscriptions) {
      if (subscriptions.isEmpty()) {
        subscriptions.add(
            bus.subscribe(
                Subjects.packed(Subjects.DEA_ADVERTISE),
                message -> message.message().ifPresent(this::onAdvertise)));
        subscriptions.add(
            bus.subscribe(
                Subjects.DEA_SHUTDOWN, message -> message.message().ifPresent(this::onShutdown)));
        bus.publish(Subjects.DEA_LOCATE, Nothing.NOTHING);
      }
    }
  }

  /** Hosts heard within the last 10 s, with what is left on them. */
  List<HostCapacity> hosts() {
    synchronized (offers) {
      long now = scheduler.nanoTime();
      offers.values().removeIf(offer -> now - offer.heardNanos() > EXPIRY.toNanos());
      return offers.values().stream().map(offer -> lessReserved(offer.capacity(), now)).toList();
    }
  }

  /** The DEA that speaks for the host now. */
  Optional<DeaId> dea(String host) {
    return hosts().stream()
        .filter(offer -> offer.host().equals(host))
        .map(HostCapacity::dea)
        .findFirst();
  }

  /** Something was placed there: the host's figures do not contain it yet. */
  void reserve(String host, int memoryMb, int diskMb) {
    synchronized (offers) {
      reservations
          .computeIfAbsent(host, _ -> new ArrayList<>())
          .add(new Reservation(memoryMb, diskMb, scheduler.nanoTime()));
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
      reservations.clear();
    }
  }

  private void onAdvertise(byte[] body) {
    Heard heard = Heard.of(body);
    if (isKnown(heard)) {
      return;
    }
    DeaAdvertise advertise = Json.read(body, DeaAdvertise.class);
    String host = advertise.host();
    String address = advertise.instanceAddress();
    Integer firstPort = advertise.firstPort();
    Integer lastPort = advertise.lastPort();
    if (host == null || address == null || firstPort == null || lastPort == null) {
      return; // a historic DEA picks ports itself, so it cannot hold placements
    }
    HostCapacity capacity =
        new HostCapacity(
            advertise.id(),
            host,
            address,
            List.copyOf(advertise.stacks()),
            advertise.availableMemoryMb(),
            advertise.availableDiskMb(),
            firstPort,
            lastPort);
    Offer before;
    synchronized (offers) {
      before = offers.put(host, new Offer(capacity, scheduler.nanoTime(), heard));
    }
    if (isNews(before, capacity)) {
      appeared.run();
    }
  }

  private boolean isKnown(Heard heard) {
    synchronized (offers) {
      for (Map.Entry<String, Offer> host : offers.entrySet()) {
        if (host.getValue().heard().equals(heard)) {
          host.setValue(new Offer(host.getValue().capacity(), scheduler.nanoTime(), heard));
          return true;
        }
      }
      return false;
    }
  }

  private static boolean isNews(@Nullable Offer before, HostCapacity now) {
    return before == null
        || !before.capacity().dea().equals(now.dea())
        || before.capacity().memoryMb() < now.memoryMb()
        || before.capacity().diskMb() < now.diskMb();
  }

  private void onShutdown(DeaHello hello) {
    synchronized (offers) {
      offers.values().removeIf(offer -> offer.capacity().dea().equals(hello.id()));
    }
  }

  private HostCapacity lessReserved(HostCapacity capacity, long now) {
    List<Reservation> held = reservations.get(capacity.host());
    if (held == null) {
      return capacity;
    }
    held.removeIf(reservation -> now - reservation.atNanos() > SETTLED.toNanos());
    return new HostCapacity(
        capacity.dea(),
        capacity.host(),
        capacity.address(),
        capacity.stacks(),
        capacity.memoryMb() - held.stream().mapToInt(Reservation::memoryMb).sum(),
        capacity.diskMb() - held.stream().mapToInt(Reservation::diskMb).sum(),
        capacity.firstPort(),
        capacity.lastPort());
  }
}
