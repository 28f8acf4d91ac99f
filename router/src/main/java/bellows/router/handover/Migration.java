package bellows.router.handover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Has the kernel give the connections that nobody has accepted yet, and those that are being made,
 * to another socket at the same address when theirs is closed; otherwise it resets them (Linux
 * 5.14, Documentation/networking/ip-sysctl.rst on tcp_migrate_req). It holds for the whole network
 * namespace, IPv6 too, and stays: a handshake may end long after the socket that it began with.
 */
final class Migration {
  private static final Path SWITCH = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");

  private Migration() {}

  /**
   * @throws HandOverException when it is off and cannot be switched on
   */
  static void switchOn() {
    try {
      if (!Files.readString(SWITCH).strip().equals("1")) {
        Files.writeString(SWITCH, "1");
      }
    } catch (IOException e) {
      throw new HandOverException(
          "connections would be lost: this needs root, or Linux 5.14 with the setting "
              + "net.ipv4.tcp_migrate_req=1",
          e);
    }
  }
}
