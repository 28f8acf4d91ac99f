package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load balancer says who the client is; nobody else can. */
class ProxyProtocolTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

  @TempDir Path certificates;
  private TlsFiles files;
  private RouterFixture router;
  private ScriptedBackend app;

  @BeforeEach
  void start() {
    files = new TlsFiles(certificates).certificate("one", "app.test");
    router = router(List.of("127.0.0.0/8"));
    app = serve();
  }

  private ScriptedBackend serve() {
    return router.serve("app.test", ScriptedBackend.saying("hello"));
  }

  private RouterFixture router(List<String> from) {
    return new RouterFixture(config ->
        config.proxyProtocolFrom(from).tls(new RouterConfig.Tls("127.0.0.1", 0, certificates)));
  }

  @AfterEach
  void stop() {
    router.close();
  }

  private String forwardedFor(String header) {
    try (RawClient client = router.client()) {
      assertThat(client.send(header + REQUEST).read().status()).isEqualTo(200);
      assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
      return app.last().header("X-Forwarded-For");
    }
  }

  @Test
  void takesTheClientFromVersion1() {
    assertThat(forwardedFor("PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n"))
        .isEqualTo("203.0.113.7");
    assertThat(forwardedFor("PROXY TCP6 2001:db8::7 2001:db8::1 51234 80\r\n"))
        .isEqualTo("2001:db8::7");
  }

  @Test
  void takesTheClientFromVersion2() {
    String addresses = "\u00cb\0q\u0007" + "\u00c63d\u0001" + "\u00c8\"" + "\0P";
    assertThat(forwardedFor(SIGNATURE + "!\u0011\0\u000c" + addresses)).isEqualTo("203.0.113.7");
  }

  @Test
  void staysWithTheBalancerWhenThatSpeaksForItself() {
    assertThat(forwardedFor("PROXY UNKNOWN\r\n")).isEqualTo("127.0.0.1");
    assertThat(forwardedFor(SIGNATURE + " \0\0\0")).isEqualTo("127.0.0.1");
  }

  @Test
  void believesNoForwardedHeaderOfTheClientBehindTheBalancer() {
    try (RawClient client = router.client()) {
      client
          .send("PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n")
          .send("GET / HTTP/1.1\r\nHost: app.test\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
          .read();
    }
    assertThat(app.last().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
  }

  @Test
  void readsAHeaderThatComesInPieces() throws IOException {
    try (RawClient client = router.client()) {
      for (char c : "PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n".toCharArray()) {
        client.send(String.valueOf(c));
      }
      assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
    }
    assertThat(app.last().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
  }

  @Test
  void standsInFrontOfTls() throws IOException {
    InetSocketAddress address = router.router().tlsAddress();
    try (Socket plain = new Socket()) {
      plain.connect(address);
      plain
          .getOutputStream()
          .write(
              "PROXY TCP4 203.0.113.7 198.51.100.1 51234 443\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      SSLSocket tls =
          (SSLSocket) files.context().getSocketFactory().createSocket(plain, "app.test", 443, true);
      try (RawClient client = new RawClient(tls)) {
        assertThat(client.send(REQUEST).read().status()).isEqualTo(200);
      }
    }
    assertThat(app.last().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
    assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("https");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        REQUEST,
        "PROXY TCP4 203.0.113.7 198.51.100.1 51234\r\n",
        "PROXY TCP4 203.0.113.700 198.51.100.1 51234 80\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 99999 80\r\n",
        "PROXY TCP4 2001:db8::7 198.51.100.1 51234 80\r\n",
        "PROXY TCP4 app.test 198.51.100.1 51234 80\r\n",
        "PROXY TCP9 203.0.113.7 198.51.100.1 51234 80\r\n",
        "PROXY  TCP4 203.0.113.7 198.51.100.1 51234 80\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 51234 80 90\r\n",
        "proxy TCP4 203.0.113.7 198.51.100.1 51234 80\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\n",
        "\r\n\r\n\0\r\nQUIT\n1\u0011\0\u000c____________",
        "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0004____",
      })
  void endsAConnectionThatBeginsOtherwise(String header) {
    int before = app.requests().size();
    try (RawClient client = router.client()) {
      client.send(header + REQUEST);
      assertThat(client.isEnded()).isTrue();
    }
    assertThat(app.requests()).hasSize(before);
    Eventually.until("it is counted", () -> router.router().counters().refusedProxyHeaders() == 1);
  }

  @Test
  void doesNotListenToAnyoneElse() {
    router.close();
    router = router(List.of("192.0.2.0/24"));
    app = serve();
    try (RawClient client = router.client()) {
      client.send("PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n" + REQUEST);
      assertThat(client.readToEnd()).startsWith("HTTP/1.0 400 ");
    }
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void takesOneHeaderOnly() {
    String header = "PROXY TCP4 203.0.113.7 198.51.100.1 51234 80\r\n";
    try (RawClient client = router.client()) {
      assertThat(client.send(header + header + REQUEST).readToEnd()).startsWith("HTTP/1.0 400 ");
    }
    assertThat(app.requests()).isEmpty();
  }
}
