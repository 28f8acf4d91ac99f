package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.placements.PlacementException.Failure;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses host and port for one instance after the other. Instances of an app are spread over the
 * hosts, so that the loss of one takes as few as possible; among hosts that are equal in that, the
 * fullest one with room wins, which keeps big gaps for big apps.
 *
 * <p>Pure: knows what it was given and what it has chosen itself. Not thread-safe.
 */
final class Placer {
  /** What has to find room. */
  record Demand(DesiredProcess process, int index) {}

  /** Where it goes. */
  record Choice(HostCapacity host, int port) {}

  private final List<HostCapacity> hosts;
  private final RandomGenerator random;
  private final Map<String, Integer> usedMemoryMb = new HashMap<>();
  private final Map<String, Integer> usedDiskMb = new HashMap<>();
  private final Map<String, Set<Integer>> usedPorts = new HashMap<>();
  private final Map<String, Integer> ofProcess = new HashMap<>();
  private final Map<String, Integer> ofApp = new HashMap<>();

  /**
   * @param placements all that exist: for their ports, and for the spread
   * @param random a port is taken from a random point on, so that one which became free just now,
   *     and which a router may still know, is hardly ever given to another app at once
   */
  Placer(List<HostCapacity> hosts, Collection<Placement> placements, RandomGenerator random) {
    this.hosts = List.copyOf(hosts);
    this.random = random;
    for (Placement placement : placements) {
      count(placement.host(), placement.process().value(), placement.app().value());
      ports(placement.host()).add(placement.port());
    }
  }

  /** Chooses, and counts the choice as taken for the following ones. */
  Choice place(Demand demand) throws PlacementException {
    DesiredProcess process = demand.process();
    List<HostCapacity> roomy = roomy(process);
    for (HostCapacity host : roomy.stream().sorted(spreadThenFullest(process)).toList()) {
      int port = freePort(host);
      if (port != 0) {
        take(host, process, port);
        return new Choice(host, port);
      }
    }
    throw new PlacementException(
        Failure.NO_PORT, "all ports of all hosts with enough memory are taken");
  }

  /**
   * A place for a placement that is on its host already, whether or not it has room: whoever put it
   * there wants it so. Empty when the host is not heard, or has no port left.
   */
  Optional<Placement> settle(Placement placement) {
    for (HostCapacity host : hosts) {
      if (host.host().equals(placement.host())) {
        boolean keepsPort =
            placement.port() >= host.firstPort() && placement.port() <= host.lastPort();
        int port = keepsPort ? placement.port() : freePort(host);
        if (port != 0) {
          ports(host.host()).add(port);
          return Optional.of(placement.settled(host.address(), port));
        }
      }
    }
    return Optional.empty();
  }

  private List<HostCapacity> roomy(DesiredProcess process) throws PlacementException {
    if (hosts.isEmpty()) {
      throw new PlacementException(Failure.NO_HOST, "no host is there to run instances");
    }
    List<HostCapacity> fitting =
        hosts.stream().filter(host -> host.stacks().contains(process.stack())).toList();
    if (fitting.isEmpty()) {
      throw new PlacementException(
          Failure.NO_STACK, "no host offers the stack '" + process.stack() + "'");
    }
    List<HostCapacity> roomy =
        fitting.stream()
            .filter(host -> freeMemoryMb(host) >= process.memoryMb())
            .filter(host -> freeDiskMb(host) >= process.diskMb())
            .toList();
    if (roomy.isEmpty()) {
      throw new PlacementException(
          Failure.INSUFFICIENT_RESOURCES,
          "insufficient resources: an instance needs %d MB of memory and %d MB of disk, the host with the most free memory has %d MB and the one with the most free disk has %d MB"
              .formatted(
                  process.memoryMb(),
                  process.diskMb(),
                  fitting.stream().mapToInt(this::freeMemoryMb).max().orElse(0),
                  fitting.stream().mapToInt(this::freeDiskMb).max().orElse(0)));
    }
    return roomy;
  }

  private Comparator<HostCapacity> spreadThenFullest(DesiredProcess process) {
    return Comparator.comparingInt(
            (HostCapacity host) -> ofProcess.getOrDefault(key(host, process.process().value()), 0))
        .thenComparingInt(host -> ofApp.getOrDefault(key(host, process.app().value()), 0))
        .thenComparingInt(this::freeMemoryMb)
        .thenComparing(HostCapacity::host);
  }

  /** 0 when there is none. */
  private int freePort(HostCapacity host) {
    Set<Integer> used = ports(host.host());
    int count = host.lastPort() - host.firstPort() + 1;
    if (count <= 0) {
      return 0;
    }
    int start = random.nextInt(count);
    for (int i = 0; i < count; i++) {
      int port = host.firstPort() + (start + i) % count;
      if (!used.contains(port)) {
        return port;
      }
    }
    return 0;
  }

  private void take(HostCapacity host, DesiredProcess process, int port) {
    usedMemoryMb.merge(host.host(), process.memoryMb(), Integer::sum);
    usedDiskMb.merge(host.host(), process.diskMb(), Integer::sum);
    ports(host.host()).add(port);
    count(host.host(), process.process().value(), process.app().value());
  }

  private void count(String host, String process, String app) {
    ofProcess.merge(host + ' ' + process, 1, Integer::sum);
    ofApp.merge(host + ' ' + app, 1, Integer::sum);
  }

  private static String key(HostCapacity host, String guid) {
    return host.host() + ' ' + guid;
  }

  private Set<Integer> ports(String host) {
    return usedPorts.computeIfAbsent(host, _ -> new HashSet<>());
  }

  private int freeMemoryMb(HostCapacity host) {
    return host.memoryMb() - usedMemoryMb.getOrDefault(host.host(), 0);
  }

  private int freeDiskMb(HostCapacity host) {
    return host.diskMb() - usedDiskMb.getOrDefault(host.host(), 0);
  }
}
