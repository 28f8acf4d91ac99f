package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.uaa.UaaFixture.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Freezes what clients read; golden files beside this class. */
class DiscoveryIT {
  private final UaaFixture uaa = new UaaFixture();

  @AfterEach
  void close() {
    uaa.close();
  }

  @Test
  void promptsForALogin() throws IOException {
    Answer login = uaa.get("/login");

    assertThat(body(login)).isEqualTo(golden("login.json"));
    assertThat(uaa.get("/info").body()).isEqualTo(login.body());
  }

  @Test
  void describesItselfToOpenIdClients() throws IOException {
    assertThat(body(uaa.get("/.well-known/openid-configuration")))
        .isEqualTo(golden("openid-configuration.json"));
  }

  @Test
  void answersATokenInThisShape() throws IOException {
    Answer answer = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);
    ObjectNode body = ((ObjectNode) answer.body()).deepCopy();
    for (String random : new String[] {"access_token", "refresh_token", "jti"}) {
      assertThat(body.path(random).stringValue()).isNotBlank();
      body.put(random, "<" + random + ">");
    }
    ObjectNode claims = (ObjectNode) answer.claims();
    for (String random : new String[] {"jti", "sub", "user_id", "rev_sig"}) {
      assertThat(claims.path(random).stringValue()).isNotBlank();
      claims.put(random, "<" + random + ">");
    }
    body.set("claims", claims);

    assertThat(body).isEqualTo(golden("token.json"));
  }

  private JsonNode body(Answer answer) {
    return Json.tree(answer.raw().body().replace(uaa.url(), "http://uaa.example"));
  }

  private static JsonNode golden(String name) throws IOException {
    try (InputStream file =
        Optional.ofNullable(DiscoveryIT.class.getResourceAsStream(name)).orElseThrow()) {
      return Json.tree(new String(file.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
