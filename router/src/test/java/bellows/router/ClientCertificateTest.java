package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.router.pipeline.ForwardedClientCert;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import bellows.router.tls.ClientCertificates;
import bellows.router.tls.ClientCertificates.Asked;
import bellows.router.tls.DevelopmentAuthority;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that show a certificate, and what an app learns of it. */
class ClientCertificateTest {
  private static final String REQUEST =
      "GET / HTTP/1.1\r\nHost: app.test\r\nX-Forwarded-Client-Cert: forged\r\n\r\n";

  @TempDir Path directory;
  private final DevelopmentAuthority clients =
      DevelopmentAuthority.create("authority of clients", Instant.now());
  private TlsFiles files;

  @BeforeEach
  void certificates() {
    files = new TlsFiles(directory).certificate("one", "app.test");
    files.write("clients.ca", clients.certificate());
  }

  private RouterFixture router(Asked asked, ForwardedClientCert mode, boolean trusted) {
    return new RouterFixture(config ->
        config
            .trustedProxies(trusted ? List.of("127.0.0.0/8") : List.of())
            .forwardedClientCert(mode)
            .tls(
                new RouterConfig.Tls(
                    "127.0.0.1",
                    0,
                    directory,
                    new ClientCertificates(asked, directory.resolve("clients.ca")))));
  }

  private static RawClient connect(RouterFixture router, SSLContext context) {
    InetSocketAddress address = router.router().tlsAddress();
    if (address == null) {
      throw new IllegalStateException("no TLS");
    }
    return new RawClient(TlsFiles.connect(address, "app.test", context));
  }

  private SSLContext shown() {
    return files.contextWithCertificate(clients, "client.test");
  }

  @ParameterizedTest
  @CsvSource({
    "ALWAYS_FORWARD, true,  false, forged",
    "ALWAYS_FORWARD, false, false, forged",
    "FORWARD,        true,  false, forged",
    "FORWARD,        false, false, ''",
    "FORWARD,        false, true,  forged",
    "SANITIZE_SET,   true,  false, own",
    "SANITIZE_SET,   true,  true,  own",
    "SANITIZE_SET,   false, false, ''",
    "SANITIZE_SET,   false, true,  ''",
  })
  void tellsTheAppWhatTheModeSays(
      ForwardedClientCert mode, boolean shows, boolean trusted, String expected) throws Exception {
    try (RouterFixture router = router(Asked.REQUEST, mode, trusted);
        RawClient client = connect(router, shows ? shown() : files.context())) {
      ScriptedBackend app = router.serve("app.test", ScriptedBackend.saying("hello"));
      assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
      String said = app.last().header("X-Forwarded-Client-Cert");
      if (expected.equals("own")) {
        SSLSession session = ((SSLSocket) client.socket()).getSession();
        byte[] own = session.getLocalCertificates()[0].getEncoded();
        assertThat(Base64.getDecoder().decode(said)).isEqualTo(own);
      } else {
        assertThat(said).isEqualTo(expected);
      }
      assertThat(app.last().count("X-Forwarded-Client-Cert")).isEqualTo(expected.isEmpty() ? 0 : 1);
    }
  }

  @Test
  void takesNoPlainClientsWordForACertificate() {
    try (RouterFixture router = router(Asked.REQUIRE, ForwardedClientCert.FORWARD, false);
        RawClient client = router.client()) {
      ScriptedBackend app = router.serve("app.test", ScriptedBackend.saying("hello"));
      client.send(REQUEST).read();
      assertThat(app.last().count("X-Forwarded-Client-Cert")).isZero();
    }
  }

  @Test
  void refusesClientsWithoutACertificateWhereOneIsRequired() {
    try (RouterFixture router = router(Asked.REQUIRE, ForwardedClientCert.FORWARD, false)) {
      router.serve("app.test", ScriptedBackend.saying("hello"));
      assertThat(answer(router, shown())).startsWith("HTTP/1.1 200");
      assertThat(answer(router, files.context())).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void refusesACertificateByAnyoneElse() {
    // Of the same name, or the client would not even show it.
    DevelopmentAuthority stranger =
        DevelopmentAuthority.create("authority of clients", Instant.now());
    try (RouterFixture router = router(Asked.REQUEST, ForwardedClientCert.FORWARD, false)) {
      router.serve("app.test", ScriptedBackend.saying("hello"));
      SSLContext wrong = files.contextWithCertificate(stranger, "client.test");
      assertThat(answer(router, wrong)).doesNotContain("HTTP/1.1");
    }
  }

  /** With TLS 1.3 a client learns only when it reads that it was refused. */
  private static String answer(RouterFixture router, SSLContext context) {
    try (RawClient client = connect(router, context)) {
      return client.send("GET / HTTP/1.0\r\nHost: app.test\r\n\r\n").readToEnd();
    } catch (UncheckedIOException e) {
      return String.valueOf(e.getCause());
    }
  }

  @Test
  void doesNotStartWithoutTheAuthoritiesItShallTrust() {
    files.write("clients.ca", "");
    assertThatThrownBy(() -> router(Asked.REQUIRE, ForwardedClientCert.FORWARD, false))
        .hasMessageContaining("no usable certificate");
  }
}
