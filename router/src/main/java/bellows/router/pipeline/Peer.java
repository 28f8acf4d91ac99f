package bellows.router.pipeline;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a client's connection.
 *
 * @param ip empty when the peer was gone before we looked
 * @param address ip and port
 * @param trusted whether its X-Forwarded-* headers are believed
 * @param tls whether it speaks TLS to us
 * @param certificate the client's own, in base64, after it was verified; empty for none
 * @param http2 whether it speaks HTTP/2 to us
 */
record Peer(
    String ip, String address, boolean trusted, boolean tls, String certificate, boolean http2) {
  /** A peer that hung up before we came to it has no address any more. */
  static final Peer GONE = new Peer("", "", false, false, "", false);

  static Peer of(Channel channel, TrustedProxies proxies) {
    return of((InetSocketAddress) channel.remoteAddress(), proxies);
  }

  static Peer of(@Nullable InetSocketAddress peer, TrustedProxies proxies) {
    if (peer == null) {
      return GONE;
    }
    return new Peer(
        NetUtil.toAddressString(peer.getAddress()),
        NetUtil.toSocketAddressString(peer),
        proxies.contains(peer),
        false,
        "",
        false);
  }

  Peer overTls(String newCertificate) {
    return new Peer(ip, address, trusted, true, newCertificate, http2);
  }

  Peer overHttp2() {
    return new Peer(ip, address, trusted, tls, certificate, true);
  }
}
