package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import bellows.router.tls.DevelopmentAuthority;
import bellows.router.tls.TlsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps that speak TLS must be who they were registered as. */
class BackendTlsTest {
  private static final String NAME = "instance.internal";

  @TempDir Path directory;
  private TlsFiles files;
  private RouterFixture router;

  @BeforeEach
  void start() {
    files = new TlsFiles(directory);
    files.write("authorities.ca", files.authority().certificate());
    router =
        new RouterFixture(config -> config.backendAuthorities(directory.resolve("authorities.ca")));
  }

  @AfterEach
  void stop() {
    router.close();
  }

  private ScriptedBackend serve(DevelopmentAuthority by, String name) {
    ScriptedBackend app =
        ScriptedBackend.overTls(
            files.contextWithCertificate(by, name),
            conversation -> {
              while (conversation.next() != null) {
                conversation.ok("hello");
              }
            });
    register(app.port());
    return app;
  }

  private void register(int port) {
    router.register(
        new RouterRegister(
            "127.0.0.1",
            1,
            port,
            List.of("app.test"),
            null,
            "app",
            null,
            "instance",
            "0",
            Map.of("process_id", "a long enough value"),
            null,
            null,
            NAME,
            null,
            null,
            null,
            null,
            null));
  }

  private RawClient.Response get() {
    try (RawClient client = router.client()) {
      return client.get("app.test", "/").read();
    }
  }

  @Test
  void speaksTlsToAnEndpointWithTheNameThatWasRegistered() {
    try (ScriptedBackend app = serve(files.authority(), NAME);
        RawClient client = router.client()) {
      for (int i = 0; i < 5; i++) {
        assertThat(client.get("app.test", "/").read().body()).isEqualTo("hello");
      }
      assertThat(app.connections()).isEqualTo(1);
      assertThat(app.last().header("X-CF-InstanceID")).isEqualTo("instance");
    }
  }

  @Test
  void sendsNothingToAnEndpointWithAnotherName() {
    try (ScriptedBackend app = serve(files.authority(), "other.internal")) {
      RawClient.Response response = get();
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.header("X-Cf-RouterError")).startsWith("endpoint_failure");
      assertThat(app.requests()).isEmpty();
      Eventually.until("the endpoint is pruned", () -> !router.router().knows("app.test"));
    }
  }

  @Test
  void sendsNothingToAnEndpointThatNobodyVouchesFor() {
    DevelopmentAuthority stranger = DevelopmentAuthority.create("stranger", Instant.now());
    try (ScriptedBackend app = serve(stranger, NAME)) {
      assertThat(get().status()).isEqualTo(526);
      assertThat(app.requests()).isEmpty();
      Eventually.until("the endpoint is pruned", () -> !router.router().knows("app.test"));
    }
  }

  @Test
  void sendsNothingToAnEndpointThatSpeaksNoTls() {
    try (ScriptedBackend app =
        new ScriptedBackend(conversation -> {
          conversation.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        })) {
      register(app.port());
      assertThat(get().status()).isEqualTo(525);
      Eventually.until("the endpoint is pruned", () -> !router.router().knows("app.test"));
    }
  }

  @Test
  void removesAnEndpointThatIsNotThereAtOnce() {
    register(router.closedPort());
    assertThat(get().status()).isEqualTo(502);
    Eventually.until("the endpoint is pruned", () -> !router.router().knows("app.test"));
  }

  @Test
  void doesNotStartWithAuthoritiesThatItCannotRead() {
    files.write("broken.ca", "-----BEGIN CERTIFICATE-----\nnone\n");
    assertThatThrownBy(() ->
            new RouterFixture(config -> config.backendAuthorities(directory.resolve("broken.ca"))))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("broken.ca")
        .hasMessageContaining("mend or remove it");
  }

  @Test
  void usesAnotherEndpointInPlaceOfAWrongOne() {
    try (ScriptedBackend wrong = serve(files.authority(), "other.internal");
        ScriptedBackend right = serve(files.authority(), NAME)) {
      for (int i = 0; i < 4; i++) {
        assertThat(get().body()).isEqualTo("hello");
      }
      assertThat(right.requests()).hasSize(4);
      assertThat(wrong.requests()).isEmpty();
    }
  }
}
