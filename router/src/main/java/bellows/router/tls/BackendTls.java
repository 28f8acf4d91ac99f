package bellows.router.tls;

import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How the router speaks TLS to endpoints: each must show a certificate with the name that it was
 * registered with, by an authority of this machine or of a file. Event loops share it.
 */
public final class BackendTls {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private final @Nullable Path authorities;
  private final Object making = new Object();
  private volatile @Nullable Contexts contexts;

  private record Contexts(SslContext http1, SslContext http2) {}

  /**
   * @param authorities PEM of more authorities than the machine trusts; null for none
   */
  public BackendTls(@Nullable Path authorities) {
    this.authorities = authorities;
  }

  /** Made for the first endpoint that needs it, as on most machines none ever does. */
  private Contexts contexts() {
    Contexts made = contexts;
    if (made == null) {
      synchronized (making) {
        made = contexts;
        if (made == null) {
          List<X509Certificate> trusted = trusted();
          made =
              new Contexts(
                  context(trusted, ApplicationProtocolNames.HTTP_1_1),
                  context(trusted, ApplicationProtocolNames.HTTP_2));
          contexts = made;
        }
      }
    }
    return made;
  }

  private List<X509Certificate> trusted() {
    List<X509Certificate> trusted = new ArrayList<>(trustedByTheMachine());
    if (authorities != null) {
      try {
        trusted.addAll(
            PemFiles.certificates(Files.readString(authorities, StandardCharsets.ISO_8859_1)));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + authorities, e);
      }
    }
    return trusted;
  }

  private static List<X509Certificate> trustedByTheMachine() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      List<X509Certificate> trusted = new ArrayList<>();
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager known) {
          trusted.addAll(Arrays.asList(known.getAcceptedIssuers()));
        }
      }
      return trusted;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read the authorities of this machine", e);
    }
  }

  private static SslContext context(List<X509Certificate> trusted, String protocol) {
    try {
      SslContextBuilder builder = TlsRules.apply(SslContextBuilder.forClient(), List.of(protocol));
      return builder.trustManager(trusted).endpointIdentificationAlgorithm("HTTPS").build();
    } catch (SSLException e) {
      throw new TlsException("cannot speak TLS to endpoints", e);
    }
  }

  /** For a new connection to this endpoint. */
  public SslHandler handler(Endpoint endpoint, ByteBufAllocator allocator) {
    String name = endpoint.identity().serverName();
    SslHandler handler =
        (endpoint.speaksHttp2() ? contexts().http2() : contexts().http1())
            .newHandler(
                allocator,
                name.isEmpty() ? endpoint.socketAddress().getAddress().getHostAddress() : name,
                endpoint.socketAddress().getPort());
    handler.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
    return handler;
  }
}
