package bellows.warden.network;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How containers resolve names: the host's resolv.conf without name servers on loopback, which
 * inside would be the container itself.
 *
 * @param resolvConf text for /etc/resolv.conf inside
 * @param onThisHost those name servers in it that are addresses of this host
 */
public record NameServers(String resolvConf, Set<String> onThisHost) {
  public NameServers {
    onThisHost = Set.copyOf(onThisHost);
  }

  /**
   * @param upstream what a local resolver such as systemd-resolved itself asks; used when the
   *     host's file has nothing but loopback
   */
  public static NameServers of(String host, String upstream, Set<String> ownAddresses) {
    String chosen = reachable(host).isEmpty() ? upstream : host;
    List<String> servers = reachable(chosen);
    String text =
        chosen
            .lines()
            .filter(
                line -> !line.strip().startsWith("nameserver") || servers.contains(server(line)))
            .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith(";"))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    return new NameServers(
        text, servers.stream().filter(ownAddresses::contains).collect(Collectors.toSet()));
  }

  private static List<String> reachable(String resolvConf) {
    return resolvConf
        .lines()
        .filter(line -> line.strip().startsWith("nameserver"))
        .map(NameServers::server)
        .filter(server -> !server.startsWith("127.") && !server.contains(":"))
        .toList();
  }

  private static String server(String line) {
    String[] words = line.strip().split("\\s+", -1);
    return words.length > 1 ? words[1] : "127.0.0.1";
  }
}
