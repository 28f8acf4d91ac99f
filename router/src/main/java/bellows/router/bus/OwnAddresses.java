package bellows.router.bus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;

/** From where a router's requests come, for hosts that tell routers from other callers. */
public final class OwnAddresses {
  private OwnAddresses() {}

  /**
   * @param host what it listens on; for the wildcard all addresses of this machine but loopback
   */
  public static List<String> of(String host) {
    try {
      return InetAddress.getByName(host).isAnyLocalAddress()
          ? NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
              .map(InetAddress::getHostAddress)
              .toList()
          : List.of(host);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the addresses of " + host, e);
    }
  }
}
