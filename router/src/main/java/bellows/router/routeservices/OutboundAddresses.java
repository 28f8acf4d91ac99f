package bellows.router.routeservices;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where tenants may make the router connect to: their route services must be on public addresses,
 * as else they could reach into the operator's own networks through it.
 */
final class OutboundAddresses {
  /** The IANA's special-purpose registries: what is not one public host. */
  private static final List<String> SPECIAL =
      List.of(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "224.0.0.0/3",
          "::/96",
          "64:ff9b::/96",
          "64:ff9b:1::/48",
          "2002::/16",
          "fc00::/7",
          "fe80::/10",
          "fec0::/10",
          "ff00::/8");

  private static final List<IpSubnetFilterRule> REFUSED = rules(SPECIAL);

  private final List<IpSubnetFilterRule> allowed;

  /**
   * @param allowed subnets that services may be in all the same
   */
  OutboundAddresses(List<String> allowed) {
    this.allowed = rules(allowed);
  }

  private static List<IpSubnetFilterRule> rules(List<String> subnets) {
    return subnets.stream()
        .map(subnet -> {
          String[] parts = subnet.split("/", 2);
          if (parts.length < 2) {
            throw new IllegalArgumentException(
                "subnets of route services must be address/prefix: " + subnet);
          }
          return new IpSubnetFilterRule(
              parts[0], Integer.parseInt(parts[1]), IpFilterRuleType.ACCEPT);
        })
        .toList();
  }

  boolean permits(InetAddress address) {
    return isIn(allowed, address) || !isIn(REFUSED, address);
  }

  private static boolean isIn(List<IpSubnetFilterRule> rules, InetAddress address) {
    InetSocketAddress socket = new InetSocketAddress(address, 0);
    return rules.stream().anyMatch(rule -> rule.matches(socket));
  }
}
