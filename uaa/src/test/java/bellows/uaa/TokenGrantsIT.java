package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.uaa.UaaFixture.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TokenGrantsIT {
  private final UaaFixture uaa = new UaaFixture();

  @AfterEach
  void close() {
    uaa.close();
  }

  @Test
  void givesATokenForAPassword() {
    Answer answer = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.raw().headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.text("token_type")).isEqualTo("bearer");
    assertThat(answer.body().path("expires_in").intValue()).isEqualTo(1200);
    assertThat(answer.text("scope").split(" ", -1))
        .contains("cloud_controller.admin", "scim.write", "openid")
        .doesNotContain("approvals.me");
    JsonNode claims = answer.claims();
    assertThat(claims.path("iss").stringValue()).isEqualTo(UaaFixture.ISSUER);
    assertThat(claims.path("user_id").stringValue()).isEqualTo(uaa.adminId);
    assertThat(claims.path("sub").stringValue()).isEqualTo(uaa.adminId);
    assertThat(claims.path("user_name").stringValue()).isEqualTo("admin");
    assertThat(claims.path("origin").stringValue()).isEqualTo("uaa");
    assertThat(claims.path("client_id").stringValue()).isEqualTo("cf");
    assertThat(claims.path("jti").stringValue()).isEqualTo(answer.text("jti"));
    assertThat(claims.path("revocable").booleanValue()).isTrue();
    assertThat(claims.path("exp").longValue())
        .isEqualTo(uaa.time.now().plusSeconds(1200).getEpochSecond());
    assertThat(claims.path("aud").isArray()).isTrue();
  }

  @Test
  void takesTheClientInTheFormAndTwiceAtOnce() {
    Map<String, String> java =
        Map.of(
            "grant_type", "password",
            "username", "ADMIN",
            "password", UaaFixture.ADMIN_PASSWORD,
            "client_id", "cf",
            "client_secret", "",
            "response_type", "token");

    assertThat(uaa.token(java).status()).isEqualTo(200);
    assertThat(
            uaa.send(
                    uaa.request("/oauth/token")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(UaaFixture.encode(java))))
                .status())
        .isEqualTo(200);
  }

  @Test
  void saysTheSameOfAWrongPasswordAndAnUnknownUser() {
    Answer wrong = uaa.login("admin", "guess");
    Answer unknown = uaa.login("nobody", "guess");

    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.text("error")).isEqualTo("unauthorized");
    assertThat(unknown.body()).isEqualTo(wrong.body());
    assertThat(unknown.status()).isEqualTo(401);
  }

  @Test
  void refusesAWrongClient() {
    Map<String, String> form = Map.of("grant_type", "client_credentials");
    for (Answer answer :
        List.of(
            uaa.form("/oauth/token", "cf", "not empty", form),
            uaa.form("/oauth/token", "nobody", "", form))) {
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.text("error")).isEqualTo("invalid_client");
      assertThat(answer.text("error_description")).isEqualTo("Bad credentials");
    }
    Answer forbidden = uaa.token(form);
    assertThat(forbidden.status()).isEqualTo(401);
    assertThat(forbidden.text("error_description"))
        .isEqualTo("Unauthorized grant type: client_credentials");
  }

  @Test
  void refusesWhatIsNoGrant() {
    assertThat(uaa.token(Map.of()).text("error")).isEqualTo("invalid_request");
    assertThat(uaa.token(Map.of("grant_type", "password", "username", "admin")).status())
        .isEqualTo(400);
    assertThat(uaa.token(Map.of("grant_type", "magic")).text("error"))
        .isEqualTo("unsupported_grant_type");
    Answer scope =
        uaa.token(
            Map.of(
                "grant_type", "password",
                "username", "admin",
                "password", UaaFixture.ADMIN_PASSWORD,
                "scope", "no.such"));
    assertThat(scope.status()).isEqualTo(400);
    assertThat(scope.text("error")).isEqualTo("invalid_scope");
  }

  @Test
  void narrowsTheScopesOnRequest() {
    Answer answer =
        uaa.token(
            Map.of(
                "grant_type", "password",
                "username", "admin",
                "password", UaaFixture.ADMIN_PASSWORD,
                "scope", "openid cloud_controller.read"));

    assertThat(answer.text("scope")).isEqualTo("cloud_controller.read openid");
  }

  @Test
  void renewsATokenAsOftenAsTheSessionLasts() {
    String refresh = uaa.login("admin", UaaFixture.ADMIN_PASSWORD).text("refresh_token");
    long loggedInAt = uaa.time.now().getEpochSecond();

    uaa.time.advance(UaaFixture.SESSION.minusMinutes(1));
    Answer renewed = uaa.token(Map.of("grant_type", "refresh_token", "refresh_token", refresh));
    Answer again = uaa.token(Map.of("grant_type", "refresh_token", "refresh_token", refresh));
    assertThat(renewed.status()).isEqualTo(200);
    assertThat(renewed.text("token_type")).isEqualTo("bearer");
    assertThat(renewed.text("refresh_token")).isEqualTo(refresh);
    assertThat(renewed.claims().path("auth_time").longValue()).isEqualTo(loggedInAt);
    assertThat(again.status()).isEqualTo(200);

    uaa.time.advance(Duration.ofMinutes(1));
    Answer late = uaa.token(Map.of("grant_type", "refresh_token", "refresh_token", refresh));
    assertThat(late.status()).isEqualTo(401);
    assertThat(late.text("error")).isEqualTo("invalid_grant");
    assertThat(count("uaa_refresh_tokens")).as("expired sessions are cleaned away").isZero();
  }

  @Test
  void keepsNoRefreshTokenInTheClear() {
    String refresh = uaa.login("admin", UaaFixture.ADMIN_PASSWORD).text("refresh_token");

    String row =
        uaa.db
            .database()
            .inTransaction(db ->
                db.createQuery("select cast(uaa_refresh_tokens as text) from uaa_refresh_tokens")
                    .mapTo(String.class)
                    .one());
    assertThat(row).doesNotContain(refresh);
  }

  @Test
  void givesAClientATokenOfItsOwn() {
    uaa.uaa.bootstrapClient("deployer", "s3cret", Set.of("cloud_controller.admin"));

    Answer answer =
        uaa.send(
            uaa.request("/oauth/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    BodyPublishers.ofString(
                        UaaFixture.encode(
                            Map.of(
                                "grant_type", "client_credentials",
                                "client_id", "deployer",
                                "client_secret", "s3cret")))));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().has("refresh_token")).isFalse();
    JsonNode claims = answer.claims();
    assertThat(claims.path("client_id").stringValue()).isEqualTo("deployer");
    assertThat(claims.path("sub").stringValue()).isEqualTo("deployer");
    assertThat(claims.path("authorities").toString()).isEqualTo("[\"cloud_controller.admin\"]");
    assertThat(claims.has("user_name")).isFalse();
    assertThat(
            uaa.form(
                    "/oauth/token", "deployer", "wrong", Map.of("grant_type", "client_credentials"))
                .status())
        .isEqualTo(401);
  }

  @Test
  void refusesAnotherOriginThanItsOwn() {
    Answer answer =
        uaa.form(
            "/oauth/token?login_hint=%7B%22origin%22%3A%22ldap%22%7D",
            "cf",
            "",
            Map.of(
                "grant_type", "password",
                "username", "admin",
                "password", UaaFixture.ADMIN_PASSWORD));

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.text("error")).isEqualTo("unauthorized");
  }

  private int count(String table) {
    return uaa.db
        .database()
        .inTransaction(
            db -> db.createQuery("select count(*) from " + table).mapTo(Integer.class).one());
  }
}
