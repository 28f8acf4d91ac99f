package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that people use, as Debian has them. */
class RealClientsIT {
  private static final long TIMEOUT_SECONDS = 60;

  @TempDir Path certificates;
  @TempDir Path scratch;
  private RouterFixture router;
  private Path authority;

  @BeforeEach
  void start() throws IOException {
    TlsFiles files =
        new TlsFiles(certificates)
            .certificate("one", "app.test", "*.app.test")
            .certificate("two", "shop.test");
    authority = scratch.resolve("ca.pem");
    Files.writeString(authority, files.authority().certificate());
    router =
        new RouterFixture(config ->
            config
                .trustedProxies(List.of())
                .tls(new RouterConfig.Tls("127.0.0.1", 0, certificates)));
    router.serve("app.test", ScriptedBackend.saying("hello"));
    router.serve("shop.test", ScriptedBackend.saying("hello"));
  }

  @AfterEach
  void stop() {
    router.close();
  }

  private int tlsPort() {
    InetSocketAddress address = router.router().tlsAddress();
    return address == null ? -1 : address.getPort();
  }

  /** What the program printed, both streams together. */
  private String run(String... command) throws IOException {
    Path output = scratch.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  private String curl(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "--cacert",
                authority.toString(),
                "--connect-to",
                "app.test:443:127.0.0.1:" + tlsPort()));
    command.addAll(List.of(options));
    return run(command.toArray(String[]::new));
  }

  private String openssl(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + tlsPort(),
                "-servername",
                "app.test",
                "-CAfile",
                authority.toString()));
    command.addAll(List.of(options));
    return run(command.toArray(String[]::new));
  }

  @Test
  void curlTrustsTheCertificate() throws IOException {
    assertThat(curl("--http1.1", "-w", " %{http_version}", "https://app.test/"))
        .isEqualTo("hello 1.1");
  }

  @Test
  void curlSpeaksHttp2() throws IOException {
    assertThat(curl("--http2", "-w", " %{http_version}", "https://app.test/")).isEqualTo("hello 2");
    assertThat(
            run(
                "curl",
                "-sS",
                "--http2-prior-knowledge",
                "-w",
                " %{http_version}",
                "-H",
                "Host: app.test",
                "http://127.0.0.1:" + router.address().getPort()))
        .isEqualTo("hello 2");
  }

  @Test
  void curlIsSentAwayWithAHostOfAnotherCertificate() throws IOException {
    for (String version : List.of("--http1.1", "--http2")) {
      assertThat(curl(version, "-H", "Host: shop.test", "-w", " %{http_code}", "https://app.test/"))
          .contains("421 Misdirected Request")
          .endsWith(" 421");
    }
  }

  @Test
  void h2loadLosesNothing() throws IOException {
    String host = ":authority: app.test";
    for (String address :
        List.of(
            "https://127.0.0.1:" + tlsPort(), "http://127.0.0.1:" + router.address().getPort())) {
      assertThat(run("h2load", "-n4000", "-c20", "-m25", "-H", host, address))
          .contains("4000 succeeded, 0 failed, 0 errored, 0 timeout")
          .contains("status codes: 4000 2xx");
    }
  }

  @Test
  void nghttpGetsItsAnswer() throws IOException {
    assertThat(
            run(
                "nghttp",
                "-v",
                "-H:authority: app.test",
                "http://127.0.0.1:" + router.address().getPort()))
        .contains("recv (stream_id=13) :status: 200")
        .contains("hello");
  }

  @Test
  void opensslResumesASessionOfEitherProtocol() throws IOException {
    Path session = scratch.resolve("session");
    // TLS 1.3 hands out tickets after the handshake: a request keeps openssl there to get one.
    Files.writeString(
        scratch.resolve("request"),
        "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
    for (String protocol : List.of("-tls1_2", "-tls1_3")) {
      for (String option : List.of("-sess_out", "-sess_in")) {
        String said =
            run(
                "sh",
                "-c",
                "openssl s_client -ign_eof -connect 127.0.0.1:%d -servername app.test %s %s %s <%s"
                    .formatted(tlsPort(), protocol, option, session, scratch.resolve("request")));
        assertThat(said)
            .contains("hello")
            .contains(option.equals("-sess_in") ? "\nReused, " : "\nNew, ");
      }
    }
  }

  @Test
  void opensslFindsNoWeakCipherAndNoOldProtocol() throws IOException {
    assertThat(openssl("-tls1_2")).contains("Verify return code: 0 (ok)");
    assertThat(openssl("-tls1_1")).contains("alert");
    assertThat(openssl("-tls1_2", "-cipher", "AES128-SHA:ECDHE-ECDSA-AES128-SHA"))
        .contains("alert");
  }
}
