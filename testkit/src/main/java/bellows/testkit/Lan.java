package bellows.testkit;

import bellows.base.process.Subprocess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a platform on several hosts needs, on one machine: a bridge, a network namespace for each
 * further host, and a NATS server. Not thread-safe.
 */
public final class Lan implements AutoCloseable {
  private static final Duration COMMAND = Duration.ofSeconds(20);

  private final String name;
  private final String subnet;
  private final Bus bus;
  private final List<Namespace> namespaces = new ArrayList<>();

  /** One machine's network: its address is reached from this machine and from the others. */
  public record Namespace(String name, String address) {
    /** The command, run there. */
    public List<String> running(List<String> command) {
      List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
      all.addAll(command);
      return all;
    }
  }

  private Lan(String name, String subnet, Bus bus) {
    this.name = name;
    this.subnet = subnet;
    this.bus = bus;
  }

  /**
   * @param name of the bridge, at most 13 letters, and the first part of the names of all else
   * @param subnet the first three bytes of its addresses, such as {@code 10.221.128}
   */
  public static Lan make(String name, String subnet) {
    removeAll(name);
    run("ip", "link", "add", name, "type", "bridge");
    run("ip", "addr", "add", subnet + ".1/24", "dev", name);
    run("ip", "link", "set", name, "up");
    return new Lan(name, subnet, Bus.at(subnet + ".1"));
  }

  /** This machine's own address in it. */
  public String address() {
    return subnet + ".1";
  }

  public Bus bus() {
    return bus;
  }

  /** Adds the network of one more machine. */
  public Namespace join() {
    int number = namespaces.size() + 1;
    Namespace namespace = new Namespace(name + number, subnet + "." + (1 + number));
    run("ip", "netns", "add", namespace.name());
    namespaces.add(namespace);
    run(
        "ip",
        "link",
        "add",
        namespace.name(),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace.name());
    run("ip", "link", "set", namespace.name(), "master", name, "up");
    for (String command :
        List.of(
            "link set lo up",
            "addr add " + namespace.address() + "/24 dev eth0",
            "link set eth0 up",
            "route add default via " + address())) {
      run(("ip -n " + namespace.name() + " " + command).split(" ", -1));
    }
    return namespace;
  }

  @Override
  public void close() {
    bus.close();
    removeAll(name);
  }

  /** Also what a run has left that was killed. */
  private static void removeAll(String name) {
    String names =
        Subprocess.run(COMMAND, List.of("ip", "netns", "list")).orThrow("ip netns list").out();
    names
        .lines()
        .map(line -> line.split(" ", -1)[0])
        .filter(namespace -> namespace.matches(name + "\\d+"))
        .forEach(namespace -> {
          run("ip", "netns", "del", namespace);
          // The kernel takes its end of the cable away later.
          Subprocess.run(COMMAND, List.of("ip", "link", "del", namespace));
        });
    if (Files.exists(Path.of("/sys/class/net", name))) {
      run("ip", "link", "del", name);
    }
  }

  /** A port at which nobody listens on this machine. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) {
    Subprocess.run(COMMAND, List.of(command), "", Map.of()).orThrow(String.join(" ", command));
  }
}
