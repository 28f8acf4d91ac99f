package bellows.router.pipeline;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Peers that are believed, for instance in their X-Forwarded-* headers. Asked once per connection.
 *
 * <p>gorouter believes every client; that lets anyone forge where a request came from.
 */
public final class TrustedProxies {
  private final List<IpSubnetFilterRule> rules;

  /**
   * @param subnets such as {@code 10.0.0.0/8} or {@code ::1/128}
   */
  public TrustedProxies(List<String> subnets) {
    rules = subnets.stream().map(TrustedProxies::rule).toList();
  }

  private static IpSubnetFilterRule rule(String subnet) {
    int slash = subnet.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("subnets of proxies must be address/prefix: " + subnet);
    }
    return new IpSubnetFilterRule(
        subnet.substring(0, slash),
        Integer.parseInt(subnet.substring(slash + 1)),
        IpFilterRuleType.ACCEPT);
  }

  boolean contains(InetAddress address) {
    return contains(new InetSocketAddress(address, 0));
  }

  boolean contains(InetSocketAddress peer) {
    for (IpSubnetFilterRule rule : rules) {
      if (rule.matches(peer)) {
        return true;
      }
    }
    return false;
  }
}
