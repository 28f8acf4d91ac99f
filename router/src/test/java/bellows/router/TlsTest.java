package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak TLS: which certificate they get, and what apps learn of it. */
class TlsTest {
  @TempDir Path directory;
  private TlsFiles files;

  @BeforeEach
  void someCertificates() {
    files =
        new TlsFiles(directory)
            .certificate("a-platform", "apps.test", "*.apps.test")
            .certificate("shop", "shop.apps.test");
  }

  private RouterFixture router() {
    return new RouterFixture(config -> config.tls(new RouterConfig.Tls("127.0.0.1", 0, directory)));
  }

  private static InetSocketAddress address(RouterFixture router) {
    InetSocketAddress address = router.router().tlsAddress();
    if (address == null) {
      throw new IllegalStateException("no TLS");
    }
    return address;
  }

  private RawClient client(RouterFixture router, String name) {
    return new RawClient(files.connect(address(router), name));
  }

  private String subject(RouterFixture router, String name) {
    try (SSLSocket socket = files.connect(address(router), name)) {
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void showsTheCertificateOfTheNameThatIsAskedFor() {
    try (RouterFixture router = router()) {
      assertThat(subject(router, "shop.apps.test")).isEqualTo("CN=shop.apps.test");
      assertThat(subject(router, "SHOP.apps.test")).isEqualTo("CN=shop.apps.test");
      assertThat(subject(router, "other.apps.test")).isEqualTo("CN=apps.test");
      assertThat(subject(router, "a.other.apps.test")).isEqualTo("CN=apps.test");
      assertThat(subject(router, "elsewhere.test")).isEqualTo("CN=apps.test");
    }
  }

  @Test
  void tellsTheAppThatTheClientSpokeTls() {
    try (RouterFixture router = router();
        RawClient client = client(router, "app.apps.test")) {
      ScriptedBackend app = router.serve("app.apps.test", ScriptedBackend.saying("hello"));
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("app.apps.test", "/").read().body()).isEqualTo("hello");
      }
      assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("https");
      assertThat(app.last().count("X-Forwarded-Proto")).isEqualTo(1);
      assertThat(app.connections()).isEqualTo(1);
    }
  }

  @Test
  void believesNoStrangerAboutTheScheme() {
    try (RouterFixture router =
            new RouterFixture(config ->
                config
                    .trustedProxies(List.of())
                    .tls(new RouterConfig.Tls("127.0.0.1", 0, directory)));
        RawClient client = client(router, "app.apps.test")) {
      ScriptedBackend app = router.serve("app.apps.test", ScriptedBackend.saying("hello"));
      client
          .send("GET / HTTP/1.1\r\nHost: app.apps.test\r\nX-Forwarded-Proto: http\r\n\r\n")
          .read();
      assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("https");
      assertThat(app.last().count("X-Forwarded-Proto")).isEqualTo(1);
    }
  }

  private RouterFixture strangersRouter() {
    return new RouterFixture(config ->
        config.trustedProxies(List.of()).tls(new RouterConfig.Tls("127.0.0.1", 0, directory)));
  }

  @Test
  void refusesAHostWithAnotherCertificateThanTheOneThatWasShown() {
    try (RouterFixture router = strangersRouter();
        RawClient client = client(router, "app.apps.test")) {
      ScriptedBackend app = router.serve("app.apps.test", ScriptedBackend.saying("hello"));
      ScriptedBackend shop = router.serve("shop.apps.test", ScriptedBackend.saying("hello"));
      RawClient.Response refused = client.get("shop.apps.test", "/").read();
      assertThat(refused.status()).isEqualTo(421);
      assertThat(refused.header("X-Cf-RouterError")).isEqualTo("misdirected");
      assertThat(refused.body()).contains("shop.apps.test");
      assertThat(client.get("Shop.Apps.Test:443", "/").read().status()).isEqualTo(421);
      assertThat(shop.requests()).isEmpty();
      // The connection is good for what it was made for.
      assertThat(client.get("app.apps.test", "/").read().status()).isEqualTo(200);
      assertThat(app.requests()).hasSize(1);
    }
  }

  @Test
  void takesAnyHostUnderTheSameCertificateAndOnesWithout() {
    try (RouterFixture router = strangersRouter();
        RawClient client = client(router, "app.apps.test");
        RawClient unknown = client(router, "elsewhere.test")) {
      router.serve("app.apps.test", ScriptedBackend.saying("hello"));
      router.serve("other.apps.test", ScriptedBackend.saying("hello"));
      router.serve("shop.apps.test", ScriptedBackend.saying("hello"));
      router.serve("plain.test", ScriptedBackend.saying("hello"));
      assertThat(client.get("other.apps.test", "/").read().status()).isEqualTo(200);
      assertThat(client.get("plain.test", "/").read().status()).isEqualTo(200);
      assertThat(unknown.get("shop.apps.test", "/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void letsATrustedProxySendTheRequestsOfAllItsClientsOverOneConnection() {
    try (RouterFixture router = router();
        RawClient proxy = client(router, "app.apps.test")) {
      router.serve("shop.apps.test", ScriptedBackend.saying("hello"));
      assertThat(proxy.get("shop.apps.test", "/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void keepsASessionThatMovesToItsScheme() {
    String request =
        "GET / HTTP/1.1\r\nHost: app.apps.test\r\nCookie: JSESSIONID=1; __VCAP_ID__=gone\r\n\r\n";
    try (RouterFixture router = router();
        RawClient secure = client(router, "app.apps.test");
        RawClient plain = router.client()) {
      router.serveApp("app.apps.test", "app", 0, ScriptedBackend.saying("hello"));
      assertThat(secure.send(request).read().header("Set-Cookie"))
          .isEqualTo("__VCAP_ID__=instance-app-0; Path=/; HttpOnly; Secure");
      assertThat(plain.send(request).read().header("Set-Cookie"))
          .isEqualTo("__VCAP_ID__=instance-app-0; Path=/; HttpOnly");
    }
  }

  @Test
  void saysThatAllIsSaidWhenItEndsAConnection() {
    try (RouterFixture router = router();
        RawClient client = client(router, "app.apps.test")) {
      router.serve("app.apps.test", ScriptedBackend.saying("hello"));
      client.send("GET / HTTP/1.1\r\nHost: app.apps.test\r\nConnection: close\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith("hello");
    }
  }

  @Test
  void doesNotLetHalfAnAnswerLookComplete() {
    try (RouterFixture router = router();
        RawClient client = client(router, "app.apps.test")) {
      router.serve(
          "app.apps.test",
          new ScriptedBackend(conversation -> {
            conversation.read();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello");
          }));
      client.send("GET / HTTP/1.0\r\nHost: app.apps.test\r\n\r\n");
      assertThat(client.readToEnd()).contains("hello<"); // the exception's text
    }
  }

  @Test
  void takesChangedCertificatesWithoutDroppingAnyone() {
    try (RouterFixture router = router();
        RawClient early = client(router, "shop.apps.test")) {
      router.serve("shop.apps.test", ScriptedBackend.saying("hello"));
      assertThat(early.get("shop.apps.test", "/").read().status()).isEqualTo(200);
      files.certificate("shop", "new.apps.test", "shop.apps.test");
      Eventually.until(
          "the new certificate is shown",
          () -> subject(router, "shop.apps.test").equals("CN=new.apps.test"));
      assertThat(subject(router, "new.apps.test")).isEqualTo("CN=new.apps.test");
      assertThat(early.get("shop.apps.test", "/").read().status()).isEqualTo(200);
    }
  }

  @Test
  void keepsTheOldCertificateWhenTheNewOneIsBad() {
    try (RouterFixture router = router()) {
      files.write("shop.pem", "no certificate");
      files.certificate("z-marker", "marker.test");
      Eventually.until(
          "the directory was read again",
          () -> subject(router, "marker.test").equals("CN=marker.test"));
      assertThat(subject(router, "shop.apps.test")).isEqualTo("CN=shop.apps.test");
      // A key of another certificate.
      files.certificate("shop", "new.apps.test", "shop.apps.test");
      files.write("shop.key", files.authority().issue(List.of("x"), now()).key());
      files.certificate("z-marker", "marker2.test");
      Eventually.until(
          "the directory was read again",
          () -> subject(router, "marker2.test").equals("CN=marker2.test"));
      assertThat(subject(router, "shop.apps.test")).isEqualTo("CN=shop.apps.test");
    }
  }

  @Test
  void servesTheOthersWhenOneFileCannotBeRead() throws IOException {
    Files.createDirectory(directory.resolve("b-unreadable.pem"));
    try (RouterFixture router = router()) {
      assertThat(subject(router, "shop.apps.test")).isEqualTo("CN=shop.apps.test");
      files.certificate("z-marker", "marker.test");
      Eventually.until(
          "changes are still seen", () -> subject(router, "marker.test").equals("CN=marker.test"));
    }
  }

  private static Instant now() {
    return Instant.now();
  }

  @Test
  void refusesOldProtocolsAndPlainText() throws IOException {
    try (RouterFixture router = router()) {
      try (SSLSocket old =
          (SSLSocket) files.context().getSocketFactory().createSocket("127.0.0.1", port(router))) {
        old.setEnabledProtocols(new String[] {"TLSv1.1"});
        assertThatThrownBy(old::startHandshake).isInstanceOf(SSLException.class);
      }
      try (RawClient plain = new RawClient(address(router))) {
        plain.get("app.apps.test", "/");
        assertThat(plain.isEnded()).isTrue();
      }
      Eventually.until(
          "both were counted", () -> router.router().counters().failedHandshakes() >= 1);
    }
  }

  private static int port(RouterFixture router) {
    return address(router).getPort();
  }
}
