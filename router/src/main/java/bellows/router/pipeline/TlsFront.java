package bellows.router.pipeline;

import bellows.router.tls.CertificateChoice;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Puts TLS in front of a client's connection: the certificate by the name that the client asks for,
 * then the protocol that both chose.
 */
final class TlsFront {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private TlsFront() {}

  static void addTo(Channel channel, Lane lane, Peer peer, CertificateChoice certificates) {
    Sni sni = new Sni(certificates);
    channel.pipeline().addLast(sni, new Chosen(lane, peer, sni));
  }

  private static final class Sni extends SniHandler {
    private final CertificateChoice certificates;

    private Sni(CertificateChoice certificates) {
      super(certificates, HANDSHAKE.toMillis());
      this.certificates = certificates;
    }

    /** What the client has asked for; null when it named nobody. */
    private @Nullable ServerName asked() {
      return hostname() == null ? null : new ServerName(hostname(), certificates);
    }

    @Override
    protected SslHandler newSslHandler(
        SslContext context, io.netty.buffer.ByteBufAllocator allocator) {
      SslHandler handler = super.newSslHandler(context, allocator);
      handler.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
      return handler;
    }
  }

  /** Becomes the connection once the handshake is done. */
  private static final class Chosen extends ApplicationProtocolNegotiationHandler {
    private final Lane lane;
    private final Peer plain;
    private final Sni sni;

    private Chosen(Lane lane, Peer peer, Sni sni) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.lane = lane;
      this.plain = peer;
      this.sni = sni;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext context, String protocol) {
      Channel channel = context.channel();
      if (lane.isDraining()) {
        var _ = context.close();
        return;
      }
      Peer peer = plain.overTls(certificate(channel), sni.asked());
      channel
          .pipeline()
          .addLast(
              ApplicationProtocolNames.HTTP_2.equals(protocol)
                  ? Http2Front.create(lane, channel, peer)
                  : new ClientConnection(lane, channel, peer));
    }

    /** The certificate that the client has shown and that was verified; empty for none. */
    private static String certificate(Channel channel) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      // Where none was asked for, the session answers with an exception and its stack trace.
      if (tls == null || !asksForCertificate(tls.engine())) {
        return "";
      }
      try {
        return Base64.getEncoder()
            .encodeToString(tls.engine().getSession().getPeerCertificates()[0].getEncoded());
      } catch (SSLPeerUnverifiedException e) {
        return "";
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a verified certificate without encoding", e);
      }
    }

    private static boolean asksForCertificate(SSLEngine engine) {
      return engine.getWantClientAuth() || engine.getNeedClientAuth();
    }

    /** Port scanners and old clients do this all day: a counter, and no word. */
    @Override
    protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
      lane.shared().counters().handshakeFailed();
      var _ = context.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof ClosedChannelException)) {
        lane.shared().counters().handshakeFailed();
      }
      var _ = context.close();
    }
  }
}
