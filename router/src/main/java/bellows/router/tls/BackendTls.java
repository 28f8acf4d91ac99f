package bellows.router.tls;

import bellows.base.lifecycle.Component;
import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How the router speaks TLS to endpoints: each must show a certificate with the name that it was
 * registered with, by an authority of this machine or of a file. Event loops share it.
 */
public final class BackendTls implements Component {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  private final @Nullable Path file;
  private final Supplier<List<X509Certificate>> machine;
  private List<X509Certificate> ofFile = List.of();
  private @Nullable CompletableFuture<Contexts> making;
  private volatile @Nullable Contexts contexts;

  private record Contexts(SslContext http1, SslContext http2) {}

  /**
   * @param authorities PEM of more authorities than the machine trusts; null for none
   */
  public BackendTls(@Nullable Path authorities) {
    this(authorities, BackendTls::trustedByTheMachine);
  }

  /**
   * @param machine the authorities that this machine trusts; may block
   */
  BackendTls(@Nullable Path authorities, Supplier<List<X509Certificate>> machine) {
    this.file = authorities;
    this.machine = machine;
  }

  /**
   * @throws TlsException when the file of authorities cannot be used: without it the endpoints that
   *     they vouch for would all be taken for impostors
   */
  @Override
  public synchronized void start() {
    if (file == null) {
      return;
    }
    try {
      ofFile = PemFiles.certificates(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException | TlsException e) {
      throw new TlsException(
          "cannot use " + file + " (authorities of apps that speak TLS); mend or remove it", e);
    }
  }

  /** Whether {@link #handler} may be called. */
  public boolean isReady() {
    return contexts != null;
  }

  /**
   * Reads the authorities of the machine, on another thread: that takes a while, and on most
   * machines nobody ever needs them. Done at once when that has been done before; after a failure
   * the next call tries again.
   */
  public synchronized CompletableFuture<?> prepare() {
    if (making == null || making.isCompletedExceptionally()) {
      making = CompletableFuture.supplyAsync(this::make, Thread.ofVirtual()::start);
    }
    return making;
  }

  private Contexts make() {
    List<X509Certificate> trusted = new ArrayList<>(machine.get());
    trusted.addAll(ofFile());
    Contexts made =
        new Contexts(
            context(trusted, ApplicationProtocolNames.HTTP_1_1),
            context(trusted, ApplicationProtocolNames.HTTP_2));
    contexts = made;
    return made;
  }

  private synchronized List<X509Certificate> ofFile() {
    return ofFile;
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
      throw new TlsException("cannot read the authorities of this machine", e);
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

  /** For a new connection to this endpoint; only when ready. */
  public SslHandler handler(Endpoint endpoint, ByteBufAllocator allocator) {
    Contexts made = contexts;
    if (made == null) {
      throw new IllegalStateException("not ready");
    }
    String name = endpoint.identity().serverName();
    SslHandler handler =
        (endpoint.speaksHttp2() ? made.http2() : made.http1())
            .newHandler(
                allocator,
                name.isEmpty() ? endpoint.socketAddress().getAddress().getHostAddress() : name,
                endpoint.socketAddress().getPort());
    handler.setHandshakeTimeoutMillis(HANDSHAKE.toMillis());
    return handler;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
