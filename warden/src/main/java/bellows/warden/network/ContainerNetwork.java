package bellows.warden.network;

import bellows.base.process.Subprocess;
import bellows.warden.Connection;
import bellows.warden.ContainerSpec;
import bellows.warden.PortMapping;
import bellows.warden.Traffic;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.Connections;
import bellows.warden.netlink.Links;
import bellows.warden.netlink.RuleTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge, a cable and a namespace per container, and the rules between them. All that it makes
 * carries its name, so several can live on one machine. Thread-safe: calls for different containers
 * run side by side, the kernel makes each change of the rules atomic.
 */
public final class ContainerNetwork {
  private static final Logger log = LoggerFactory.getLogger(ContainerNetwork.class);
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** Those of our own network namespace; /sys/class/net shows those of whoever mounted it. */
  private static final Path INTERFACES = Path.of("/proc/sys/net/ipv4/conf");

  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final int DEFAULT_MTU = 1500;

  /**
   * @param name of the warden
   * @param subnet the first address is the bridge's
   * @param instanceAddress this host's address that mapped ports are on
   * @param activatorPort serves open ports without a connected container; 0 for none
   */
  public record Config(String name, Ipv4Range subnet, String instanceAddress, int activatorPort) {}

  /** A busy host's backlog is worked off by then. */
  private static final Duration LAST_PACKETS = Duration.ofSeconds(1);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
  private static final Path ACCOUNTING = Path.of("/proc/sys/net/netfilter/nf_conntrack_acct");

  /** The switch's map of connected containers. */
  private static final String AWAKE = "awake";

  /** Its set of open ports. */
  private static final String PORTS = "ports";

  /** Its set of containers that are connected, or were. */
  private static final String CONTAINERS = "containers";

  /** Which cable may carry which address. */
  private static final String MEMBERS = "members";

  /** The cable's end in the container. */
  private static final String INSIDE = "eth0";

  private final Config config;

  private final RuleTable rules;
  private final RuleTable cables;
  private final AddressPool addresses;
  private final Set<Integer> ports = new HashSet<>();

  /** Who has each host port. */
  private final Map<Integer, Attachment> connected = new HashMap<>();

  /** The host port of each container that is connected, or was. */
  private final Map<Long, Integer> reached = new ConcurrentHashMap<>();

  /** What was counted for containers that are gone, by the host port that another serves now. */
  private final Map<Integer, Traffic> gone = new ConcurrentHashMap<>();

  private volatile LocalSwitch local;
  private volatile SwitchScript script;
  private volatile NameServers nameServers = new NameServers("", Set.of());
  private volatile int mtu = DEFAULT_MTU;

  public ContainerNetwork(Config config) {
    this.config = config;
    this.rules = new RuleTable(RuleTable.Family.IP, config.name());
    this.cables = new RuleTable(RuleTable.Family.BRIDGE, config.name());
    this.addresses = new AddressPool(config.subnet());
    this.script = script(Set.of());
    this.local = LocalSwitch.none(config.name(), Mounts.now());
  }

  /**
   * Makes the bridge unless it is there, and puts the rules in place in one transaction, so that
   * traffic of the adopted containers passes without a gap. Ports that are open stay open.
   *
   * @param reachable those of {@code adopted} whose host port is open; of two with the same port,
   *     which one was to take over from the other, either serves
   */
  public void start(Collection<Attachment> adopted, Collection<Attachment> reachable) {
    mtu = uplinkMtu();
    nameServers = nameServers();
    script = script(nameServers.onThisHost());
    adopted.forEach(attachment -> addresses.adopt(attachment.ip()));
    Map<Integer, Attachment> serving = new HashMap<>();
    for (Attachment attachment : reachable) {
      if (attachment.port() != null) {
        serving.put(attachment.port().hostPort(), attachment);
      }
    }
    synchronized (connected) {
      connected.putAll(serving);
    }
    serving.values().forEach(this::countsFor);
    Map<Integer, Traffic> open = traffic();
    synchronized (ports) {
      ports.addAll(open.keySet());
    }
    NetworkNamespace.prepare();
    nft(script.whole(adopted, serving.values(), open));
    local = LocalSwitch.start(config.name(), instance(), serving.values(), Mounts.now());
    bridge();
    write(FORWARDING, "1");
    write(ACCOUNTING, "1");
  }

  /** The text for /etc/resolv.conf inside. */
  public String resolvConf() {
    return nameServers.resolvConf();
  }

  /** Chooses an address and names; nothing exists yet. */
  public Attachment plan(ContainerSpec spec) {
    String ip = addresses.take();
    long number = Ipv4Range.address(ip) - config.subnet().base();
    return new Attachment(
        ip,
        "%s-%04x".formatted(config.name(), number),
        config.name() + "-" + spec.id(),
        spec.port(),
        spec.egress().denied());
  }

  /** Makes the namespace, the cable and the rules of a planned attachment. */
  public void attach(Attachment attachment) {
    // The rules come first: no packet of a cable that is not yet a member would pass.
    deny(attachment);
    long ip = Ipv4Range.address(attachment.ip());
    cables.add(MEMBERS, attachment.veth(), ip);
    try (Links inside = NetworkNamespace.make(attachment.netns());
        Links here = Links.here()) {
      int namespace = Syscalls.openToRead(attachment.namespace());
      try {
        here.addCable(attachment.veth(), bridgeName(), INSIDE, mtu, namespace);
      } finally {
        Syscalls.close(namespace);
      }
      here.isolate(attachment.veth());
      inside.up("lo");
      inside.address(INSIDE, ip, config.subnet().bits());
      inside.up(INSIDE);
      inside.defaultRoute(INSIDE, Ipv4Range.address(config.subnet().host(1)));
    }
  }

  /** Whatever reaches the container belongs to its host port. */
  private void countsFor(Attachment attachment) {
    if (attachment.port() != null) {
      reached.put(Ipv4Range.address(attachment.ip()), attachment.port().hostPort());
    }
  }

  /** What was counted for it stays with its host port while another container has that. */
  private void stopCounting(Attachment attachment) {
    PortMapping port = attachment.port();
    long address = Ipv4Range.address(attachment.ip());
    if (port != null && reached.containsKey(address)) {
      reached.remove(address);
      if (reached.containsValue(port.hostPort())) {
        RuleTable.Count count = rules.countsByAddress(CONTAINERS).get(address);
        if (count != null) {
          gone.merge(port.hostPort(), traffic(count), Traffic::plus);
        }
      } else {
        gone.remove(port.hostPort());
      }
      rules.remove(CONTAINERS, address, port.containerPort());
    }
  }

  /** Closes the ranges that an attached container may not connect to. */
  public void deny(Attachment attachment) {
    nft(script.deny(attachment));
  }

  /**
   * Opens the host port; does nothing when it is open or there is none. Who had it before has it no
   * more, without a moment in between.
   */
  public void connect(Attachment attachment) {
    PortMapping port = attachment.port();
    if (port == null) {
      return;
    }
    synchronized (connected) {
      Attachment before = connected.get(port.hostPort());
      if (attachment.equals(before)) {
        return;
      }
      long address = Ipv4Range.address(attachment.ip());
      if (before == null) {
        rules.add(AWAKE, port.hostPort(), address, port.containerPort());
      } else {
        rules.replace(AWAKE, port.hostPort(), address, port.containerPort());
      }
      connected.put(port.hostPort(), attachment);
      rules.add(CONTAINERS, address, port.containerPort());
      countsFor(attachment);
      local.open(attachment);
    }
  }

  /** Closes the host port for new connections, unless it is another's. */
  public void disconnect(Attachment attachment) {
    PortMapping port = attachment.port();
    if (port == null) {
      return;
    }
    synchronized (connected) {
      if (attachment.equals(connected.get(port.hostPort()))) {
        local.close(port.hostPort());
        rules.remove(AWAKE, port.hostPort());
        connected.remove(port.hostPort());
      }
    }
  }

  /** Opens a port; see {@link bellows.warden.Warden#openPort}. */
  public void openPort(int port) {
    synchronized (ports) {
      if (!ports.contains(port)) {
        rules.add(PORTS, port);
        ports.add(port);
      }
    }
  }

  public void closePort(int port) {
    synchronized (ports) {
      if (ports.contains(port)) {
        rules.remove(PORTS, port);
        ports.remove(port);
        gone.remove(port);
      }
    }
  }

  public Set<Integer> openPorts() {
    synchronized (ports) {
      return Set.copyOf(ports);
    }
  }

  /** What the kernel has counted for each open port. */
  public Map<Integer, Traffic> traffic() {
    Map<Integer, Traffic> more = new HashMap<>(gone);
    rules
        .countsByAddress(CONTAINERS)
        .forEach((address, count) -> {
          Integer port = reached.get(address);
          if (port != null) {
            more.merge(port, traffic(count), Traffic::plus);
          }
        });
    Map<Integer, Traffic> all = new HashMap<>();
    // Of thousands of ports few are in use, and only theirs have anything to add.
    rules
        .counts(PORTS)
        .forEach((port, count) -> {
          long calls = local.calls(port);
          Traffic own = traffic(count);
          Traffic called = calls == 0 ? own : own.plus(new Traffic(calls, 0));
          Traffic served = more.get(port);
          all.put(port, served == null ? called : called.plus(served));
        });
    return Collections.unmodifiableMap(all);
  }

  private static Traffic traffic(RuleTable.Count count) {
    return new Traffic(count.packets(), count.bytes());
  }

  /** The open ports with somebody who waits for an answer. */
  public Set<Integer> unanswered() {
    Set<Integer> open = openPorts();
    return Connections.tcpMarked(SwitchScript.UNANSWERED).stream()
        .map(tracked ->
            tracked.to().address() == instance()
                ? tracked.to().port()
                : reached.getOrDefault(tracked.to().address(), 0))
        .filter(open::contains)
        .collect(Collectors.toUnmodifiableSet());
  }

  private long instance() {
    return Ipv4Range.address(config.instanceAddress());
  }

  private static boolean isUnanswered(Connections.Tracked tracked) {
    return (tracked.mark() & SwitchScript.UNANSWERED) != 0;
  }

  /** See {@link bellows.warden.Container#connections}. */
  public List<Connection> connections(Attachment attachment) {
    long own = Ipv4Range.address(attachment.ip());
    int port = attachment.port() == null ? 0 : attachment.port().hostPort();
    // What the activator has accepted and what it has passed on are two connections to the kernel.
    boolean passedOn =
        Connections.tcpTo(instance(), SwitchScript.UNANSWERED).stream()
            .filter(tracked -> tracked.to().port() == port)
            .anyMatch(tracked -> tracked.served().port() == config.activatorPort());
    return Connections.tcpOf(own).stream()
        .filter(tracked -> tracked.established() && tracked.served().address() == own)
        .map(tracked ->
            connection(
                tracked,
                port,
                isUnanswered(tracked) || (passedOn && tracked.to().address() == own)))
        .toList();
  }

  private static Connection connection(
      Connections.Tracked tracked, int hostPort, boolean unanswered) {
    return new Connection(
        hostPort,
        Ipv4Range.text(tracked.from().address()) + ":" + tracked.from().port(),
        Ipv4Range.text(tracked.served().address()),
        tracked.bytes(),
        unanswered);
  }

  /** Forgets every connection to or from a container's address. */
  public void forgetConnections(String ip) {
    int forgotten = Connections.forget(Ipv4Range.address(ip));
    log.atDebug()
        .addKeyValue("ip", ip)
        .addKeyValue("count", forgotten)
        .log("connections.forgotten");
  }

  /** Forgets the connections of all containers but those: they ended while nobody was looking. */
  public void forgetConnectionsBut(Collection<Attachment> living) {
    Set<Long> known =
        living.stream()
            .map(attachment -> Ipv4Range.address(attachment.ip()))
            .collect(Collectors.toSet());
    known.add(Ipv4Range.address(config.subnet().host(1)));
    known.add(Ipv4Range.address(config.instanceAddress()));
    Predicate<Connections.Endpoint> dead =
        end -> config.subnet().contains(end.address()) && !known.contains(end.address());
    int forgotten =
        Connections.forget(c -> dead.test(c.served()) || dead.test(c.from()) || dead.test(c.to()));
    log.atDebug().addKeyValue("count", forgotten).log("connections.forgotten");
  }

  /** Removes what {@link #attach} made, as far as it came. */
  public void detach(Attachment attachment) {
    disconnect(attachment);
    awaitEnds(attachment.ip());
    forgetConnections(attachment.ip());
    removeCable(attachment.veth());
    removeNamespace(attachment.netns());
    cables.remove(MEMBERS, attachment.veth(), Ipv4Range.address(attachment.ip()));
    stopCounting(attachment);
    String allow = script.allow(attachment);
    if (!allow.isEmpty()) { // and even then they may not have been made
      Subprocess.run(DEADLINE, List.of("nft", "-f", "-"), allow, Map.of());
    }
  }

  /**
   * The kernel ends the connections of a program that is over, but on a busy host their last
   * packets may still be on the way: without cable and translation they would be lost, and the
   * other side would wait for ever. They have passed when they are tracked as established no more.
   */
  private static void awaitEnds(String ip) {
    long address = Ipv4Range.address(ip);
    long deadline = System.nanoTime() + LAST_PACKETS.toNanos();
    while (System.nanoTime() < deadline
        && Connections.tcpOf(address).stream().anyMatch(Connections.Tracked::established)) {
      try {
        Thread.sleep(BETWEEN_LOOKS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Gives a planned or detached attachment's address back. */
  public void release(Attachment attachment) {
    addresses.release(attachment.ip());
  }

  /** Namespaces with this warden's name, whoever they belong to. */
  public List<String> namespaces() {
    return names(NetworkNamespace.DIRECTORY);
  }

  /** Cables with this warden's name, whoever they belong to. */
  public List<String> cables() {
    return names(INTERFACES);
  }

  public void removeCable(String veth) {
    try (Links here = Links.here()) {
      here.remove(veth);
    }
  }

  public void removeNamespace(String netns) {
    NetworkNamespace.remove(netns);
  }

  /** Takes away bridge and rules; the containers must be gone. */
  public void remove() {
    local.remove();
    nft(script.gone());
    removeCable(bridgeName());
  }

  private void bridge() {
    String bridge = bridgeName();
    if (!Files.exists(INTERFACES.resolve(bridge))) {
      ip("link add " + bridge + " type bridge");
    }
    ip(
        "addr replace " + config.subnet().host(1) + "/" + config.subnet().bits() + " dev " + bridge,
        "link set " + bridge + " address " + hardwareAddress() + " mtu " + mtu + " up");
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf/" + bridge + "/disable_ipv6");
    if (Files.exists(ipv6)) {
      write(ipv6, "1");
    }
  }

  /**
   * A bridge that was given no address takes the lowest of its ports', so it would change with the
   * containers that come and go, and what the others still send to the old one would be lost.
   */
  private String hardwareAddress() {
    long ip = Ipv4Range.address(config.subnet().host(1));
    // 02 marks an address that the local administrator has chosen.
    return String.format(
        Locale.ROOT,
        "02:be:%02x:%02x:%02x:%02x",
        ip >> 24 & 0xff,
        ip >> 16 & 0xff,
        ip >> 8 & 0xff,
        ip & 0xff);
  }

  private String bridgeName() {
    return config.name() + "0";
  }

  private SwitchScript script(Set<String> resolvers) {
    return new SwitchScript(
        config.name(),
        bridgeName(),
        config.subnet(),
        config.instanceAddress(),
        config.activatorPort(),
        resolvers);
  }

  private List<String> names(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.startsWith(config.name() + "-"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NameServers nameServers() {
    try {
      Set<String> own =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .map(address -> address.getHostAddress())
              .collect(Collectors.toSet());
      return NameServers.of(
          readOrEmpty(Path.of("/etc/resolv.conf")),
          readOrEmpty(Path.of("/run/systemd/resolve/resolv.conf")),
          own);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The MTU of the interface with the default route, so that no packet has to be split. */
  private static int uplinkMtu() {
    return readOrEmpty(Path.of("/proc/net/route"))
        .lines()
        .map(line -> line.split("\\s+", -1))
        .filter(fields -> fields.length > 7 && fields[1].equals("00000000"))
        .map(fields -> fields[0])
        .findFirst()
        .map(ContainerNetwork::mtu)
        .orElse(DEFAULT_MTU);
  }

  private static int mtu(String name) {
    try {
      NetworkInterface uplink = NetworkInterface.getByName(name);
      return uplink == null ? DEFAULT_MTU : uplink.getMTU();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String readOrEmpty(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static void nft(String script) {
    if (!script.isEmpty()) {
      Subprocess.run(DEADLINE, List.of("nft", "-f", "-"), script, Map.of()).orThrow("nft");
    }
  }

  private static void ip(String... commands) {
    List<String> command = List.of("ip", "-batch", "-");
    Subprocess.run(DEADLINE, command, String.join("\n", commands) + "\n", Map.of()).orThrow("ip");
  }
}
