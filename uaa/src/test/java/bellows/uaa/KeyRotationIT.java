package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.http.HttpServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class KeyRotationIT {
  private final UaaFixture uaa = new UaaFixture();

  @AfterEach
  void close() {
    uaa.close();
  }

  private List<String> published() {
    JsonNode keys = uaa.get("/token_keys").body().path("keys");
    return StreamSupport.stream(keys.spliterator(), false)
        .map(key -> key.path("kid").stringValue())
        .toList();
  }

  private static String kid(String token) {
    return UaaFixture.part(token, 0).path("kid").stringValue();
  }

  @Test
  void publishesTheKeyThatSigns() {
    JsonNode header = UaaFixture.part(uaa.adminToken(), 0);
    JsonNode key = uaa.get("/token_key").body();

    assertThat(header.path("alg").stringValue()).isEqualTo("RS256");
    assertThat(header.path("typ").stringValue()).isEqualTo("JWT");
    assertThat(key.path("kid")).isEqualTo(header.path("kid"));
    assertThat(key.path("value").stringValue()).startsWith("-----BEGIN PUBLIC KEY-----\n");
    assertThat(key.path("n").stringValue()).hasSize(342);
    ObjectNode both = Json.object();
    both.putArray("keys").add(key);
    assertThat(uaa.get("/token_keys").body()).isEqualTo(both);
  }

  @Test
  void keepsTheKeyBeforeTheNewestGood() {
    String first = uaa.adminToken();
    uaa.time.advance(Duration.ofSeconds(2));
    uaa.uaa.rotateKey();
    String second = uaa.adminToken();

    assertThat(kid(second)).isNotEqualTo(kid(first));
    assertThat(published()).containsExactly(kid(second), kid(first));
    assertThat(uaa.call("GET", "/Users", first, "").status()).isEqualTo(200);

    uaa.time.advance(Duration.ofSeconds(2));
    uaa.uaa.rotateKey();
    assertThat(published()).hasSize(2).doesNotContain(kid(first));
    assertThat(uaa.call("GET", "/Users", first, "").status()).isEqualTo(401);
    assertThat(uaa.call("GET", "/Users", second, "").status()).isEqualTo(200);
  }

  @Test
  void takesTokensThatAnotherProcessSignedWithANewKey() {
    try (Uaa other =
        new Uaa(new Uaa.Config(UaaFixture.ISSUER), uaa.db.database(), uaa.secrets, uaa.time)) {
      other.start();
      uaa.time.advance(Duration.ofSeconds(2));
      uaa.uaa.rotateKey();
      String token = uaa.adminToken();
      try (var server = new HttpServer(new HttpServer.Config("127.0.0.1", 0), other.routes())) {
        server.start();
        var request =
            uaa.request("/Users").uri(URI.create("http://127.0.0.1:" + server.port() + "/Users"));
        assertThat(uaa.send(request.header("Authorization", "Bearer " + token)).status())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void keepsItsKeysSealed() {
    String row =
        uaa.db
            .database()
            .inTransaction(db ->
                db.createQuery("select encode(private_key_secret, 'hex') from uaa_keys")
                    .mapTo(String.class)
                    .one());
    // Each PKCS #8 RSA key holds this object identifier.
    assertThat(row).doesNotContain("2a864886f70d010101");
  }
}
