package bellows.router.pipeline;

import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as far as that can be believed: the peer, or the last address in front of the
 * trusted proxies that the request came through.
 */
final class ClientAddress {
  private static final byte[] UNKNOWN = new byte[4];

  private ClientAddress() {}

  /** Its 4 or 16 bytes; zeros for a peer that is gone. */
  static byte[] of(RequestHead head, Peer peer, TrustedProxies proxies) {
    InetAddress client = parse(peer.ip());
    if (client == null) {
      return UNKNOWN;
    }
    if (peer.trusted() && head.has(HeaderName.X_FORWARDED_FOR)) {
      client = inFrontOf(proxies, head, client);
    }
    return client.getAddress();
  }

  /** Read backwards: what stands before the first address that is not trusted, anybody can say. */
  private static InetAddress inFrontOf(TrustedProxies proxies, RequestHead head, InetAddress peer) {
    InetAddress client = peer;
    for (int i = head.count() - 1; i >= 0; i--) {
      if (head.name(i) == HeaderName.X_FORWARDED_FOR) {
        String[] named = head.text(head.valueStart(i), head.valueEnd(i)).split(",", -1);
        for (int j = named.length - 1; j >= 0; j--) {
          InetAddress next = parse(withoutPort(named[j].strip()));
          if (next == null) {
            return client;
          }
          client = next;
          if (!proxies.contains(next)) {
            return client;
          }
        }
      }
    }
    return client;
  }

  /** Some proxies write {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711}. */
  private static String withoutPort(String text) {
    int end = text.startsWith("[") ? text.indexOf(']') : -1;
    if (end > 0) {
      return text.substring(1, end);
    }
    int colon = text.indexOf(':');
    return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
  }

  private static @Nullable InetAddress parse(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    try {
      // Of 16 bytes that hold an address of IPv4 this makes one of IPv4.
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
