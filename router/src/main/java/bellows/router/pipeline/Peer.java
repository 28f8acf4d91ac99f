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
 * @param serverName whom it asked for over TLS; null when it named nobody
 */
record Peer(
    String ip,
    String address,
    boolean trusted,
    boolean tls,
    String certificate,
    boolean http2,
    @Nullable ServerName serverName) {
  /** A peer that hung up before we came to it has no address any more. */
  static final Peer GONE = new Peer("", "", false, false, "", false, null);

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
        false,
        null);
  }

  Peer overTls(String newCertificate, @Nullable ServerName asked) {
    return new Peer(ip, address, trusted, true, newCertificate, http2, asked);
  }

  Peer overHttp2() {
    return new Peer(ip, address, trusted, tls, certificate, true, serverName);
  }

  /**
   * Whether it has no proof that we are this host. A trusted proxy sends the requests of all its
   * clients over the connections that it has, and has looked at their names itself.
   */
  boolean isMisdirected(String host) {
    return serverName != null && !trusted && serverName.isNot(host);
  }
}
