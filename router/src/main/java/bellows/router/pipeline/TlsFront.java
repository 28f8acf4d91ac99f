package bellows.router.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Puts TLS in front of a client's connection: the certificate by the name that the client asks for,
 * then the protocol that both chose.
 */
final class TlsFront {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private TlsFront() {}

  static void addTo(
      Channel channel, Lane lane, Peer peer, Mapping<String, SslContext> certificates) {
    channel.pipeline().addLast(new Sni(certificates), new Chosen(lane, peer));
  }

  private static final class Sni extends SniHandler {
    private Sni(Mapping<String, SslContext> certificates) {
      super(certificates, HANDSHAKE.toMillis());
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

    private Chosen(Lane lane, Peer peer) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.lane = lane;
      this.plain = peer;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext context, String protocol) {
      Channel channel = context.channel();
      if (lane.isDraining()) {
        var _ = context.close();
        return;
      }
      Peer peer = plain.overTls(certificate(channel));
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
      try {
        return tls == null
            ? ""
            : Base64.getEncoder()
                .encodeToString(tls.engine().getSession().getPeerCertificates()[0].getEncoded());
      } catch (SSLPeerUnverifiedException e) {
        return "";
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a verified certificate without encoding", e);
      }
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
