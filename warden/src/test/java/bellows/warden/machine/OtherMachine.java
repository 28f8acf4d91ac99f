package bellows.warden.machine;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A namespace with a cable to this machine stands for another one; it serves TCP at port 80. */
final class OtherMachine implements AutoCloseable {
  private static final String SERVER =
      """
      import socket
      s = socket.create_server(('', 80))
      while True: s.accept()[0].close()
      """;

  private final String name;
  private final String address;
  private final Process server;

  /**
   * @param network the first two numbers of a subnet of its own, such as {@code 10.250}
   */
  OtherMachine(LinuxWarden.Config beside, String network, boolean routesToUs) {
    this.name = beside.name() + "m";
    String ours = beside.instanceAddress().replace("10.253", network);
    this.address = ours.replaceAll("\\.1$", ".2");
    TestWarden.host(
            "ip netns add "
                + name
                + " && ip link add "
                + name
                + " type veth peer name eth0 netns "
                + name
                + " && ip addr add "
                + ours
                + "/24 dev "
                + name
                + " && ip link set "
                + name
                + " up"
                + " && ip -n "
                + name
                + " addr add "
                + address
                + "/24 dev eth0"
                + " && ip -n "
                + name
                + " link set eth0 up"
                + (routesToUs ? " && ip -n " + name + " route add default via " + ours : ""))
        .orThrow("other machine");
    try {
      this.server =
          new ProcessBuilder("ip", "netns", "exec", name, "python3", "-c", SERVER).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return address;
  }

  /** What a shell command prints that runs there. */
  String run(String command) {
    return TestWarden.host("ip netns exec " + name + " " + command).out();
  }

  @Override
  public void close() {
    server.destroyForcibly();
    try {
      server.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    TestWarden.host("ip link del " + name + "; ip netns del " + name);
  }
}
