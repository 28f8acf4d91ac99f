package bellows.dea.testing;

import bellows.bus.MessageBus;
import bellows.bus.Subject;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.routing.RouterRegister;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a DEA says on the bus. */
public final class Recorder {
  private final List<LogBatch.Line> lines = new CopyOnWriteArrayList<>();
  private final List<DeaHeartbeat> heartbeats = new CopyOnWriteArrayList<>();
  private final List<DeaChanges> changes = new CopyOnWriteArrayList<>();
  private final List<DropletExited> exits = new CopyOnWriteArrayList<>();
  private final List<RouterRegister> registrations = new CopyOnWriteArrayList<>();
  private final List<String> routes = new CopyOnWriteArrayList<>();

  public Recorder(MessageBus bus) {
    keep(bus, Subjects.DEA_HEARTBEAT, heartbeats);
    keep(bus, Subjects.DEA_CHANGES, changes);
    keep(bus, Subjects.DROPLET_EXITED, exits);
    var _ =
        bus.subscribe(
            Subjects.LOGS, m -> m.message().ifPresent(batch -> lines.addAll(batch.lines())));
    keep(bus, Subjects.ROUTER_REGISTER, registrations);
    route(bus, Subjects.ROUTER_REGISTER, "+");
    route(bus, Subjects.ROUTER_UNREGISTER, "-");
  }

  private static <T> void keep(MessageBus bus, Subject<T> subject, List<T> list) {
    var _ = bus.subscribe(subject, m -> m.message().ifPresent(list::add));
  }

  private void route(MessageBus bus, Subject<RouterRegister> subject, String sign) {
    var _ =
        bus.subscribe(
            subject,
            m ->
                m.message()
                    .ifPresent(r -> {
                      r.uris().forEach(uri -> routes.add(sign + uri));
                      Objects.requireNonNullElse(r.tcpPorts(), List.<Integer>of())
                          .forEach(port -> routes.add(sign + ":" + port));
                    }));
  }

  public List<DeaHeartbeat> heartbeats() {
    return heartbeats;
  }

  public List<DropletExited> exits() {
    return exits;
  }

  public List<RouterRegister> registrations() {
    return registrations;
  }

  /**
   * {@code +uri} for each registration, {@code -uri} for each withdrawal, in order; of a TCP route
   * it is {@code :port}.
   */
  public List<String> routes() {
    return routes;
  }

  /** What the last heartbeat and the changes since then tell. */
  public List<DeaHeartbeat.Instance> instances() {
    if (heartbeats.isEmpty()) {
      return List.of();
    }
    DeaHeartbeat last = heartbeats.getLast();
    Map<InstanceId, DeaHeartbeat.Instance> instances = new LinkedHashMap<>();
    last.droplets().forEach(each -> instances.put(each.instance(), each));
    for (DeaChanges change : changes) {
      if (change.dea().equals(last.dea())
          && change.sequence() > Objects.requireNonNullElse(last.sequence(), 0L)) {
        change.droplets().forEach(each -> instances.put(each.instance(), each));
        change.gone().forEach(instances::remove);
      }
    }
    return List.copyOf(instances.values());
  }

  /** All lines of a source type, in order. */
  public List<String> lines(String sourceType) {
    List<String> texts = new ArrayList<>();
    for (LogBatch.Line line : lines) {
      if (line.sourceType().equals(sourceType)) {
        texts.add(line.text());
      }
    }
    return texts;
  }

  /** The last line that contains the words, whatever its source. */
  public Optional<LogBatch.Line> line(String words) {
    return lines.reversed().stream().filter(line -> line.text().contains(words)).findFirst();
  }
}
