package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.uaa.UaaFixture.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RevocationIT {
  private final UaaFixture uaa = new UaaFixture();

  @BeforeEach
  void makeAResourceServer() {
    uaa.uaa.bootstrapClient("resource", "s3cret", Set.of("uaa.resource"));
  }

  @AfterEach
  void close() {
    uaa.close();
  }

  private Answer check(String token) {
    return uaa.form("/check_token", "resource", "s3cret", Map.of("token", token));
  }

  private boolean active(String token) {
    Answer answer = uaa.form("/introspect", "resource", "s3cret", Map.of("token", token));
    assertThat(answer.status()).isEqualTo(200);
    return answer.body().path("active").booleanValue();
  }

  @Test
  void showsTheClaimsOfAGoodToken() {
    String token = uaa.adminToken();

    Answer answer = check(token);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text("user_name")).isEqualTo("admin");
    assertThat(active(token)).isTrue();
  }

  @Test
  void showsTokensToResourceServersOnly() {
    Answer answer = uaa.form("/check_token", "cf", "", Map.of("token", uaa.adminToken()));

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text("error")).isEqualTo("insufficient_scope");
  }

  @Test
  void refusesAnExpiredToken() {
    String token = uaa.adminToken();
    uaa.time.advance(Duration.ofMinutes(20));

    assertThat(check(token).status()).isEqualTo(400);
    assertThat(check(token).text("error")).isEqualTo("invalid_token");
    assertThat(active(token)).isFalse();
    Answer users = uaa.call("GET", "/Users", token, "");
    assertThat(users.status()).isEqualTo(401);
    assertThat(users.text("error")).isEqualTo("invalid_token");
  }

  @Test
  void refusesATokenThatWasTamperedWith() {
    String token = uaa.adminToken();
    String[] parts = token.split("\\.", 3);
    // {"alg":"none"}
    String unsigned = "eyJhbGciOiJub25lIn0." + parts[1] + ".";

    assertThat(active(unsigned)).isFalse();
    assertThat(active(parts[0] + "." + parts[1] + "x." + parts[2])).isFalse();
    assertThat(active("no token")).isFalse();
  }

  @Test
  void endsTheSessionOfATokenAtLogout() {
    Answer login = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);
    String token = login.text("access_token");

    Answer logout = uaa.call("DELETE", "/oauth/token/revoke/" + login.text("jti"), token, "");

    assertThat(logout.status()).isEqualTo(200);
    assertThat(active(token)).isFalse();
    assertThat(
            uaa.token(
                    Map.of(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        login.text("refresh_token")))
                .status())
        .isEqualTo(401);
    assertThat(active(uaa.adminToken())).as("other sessions go on").isTrue();
  }

  @Test
  void letsNobodyRevokeAnothersToken() {
    uaa.call(
        "POST", "/Users", uaa.adminToken(), "{\"userName\":\"eve\",\"password\":\"eve's own\"}");
    String eve = uaa.login("eve", "eve's own").text("access_token");
    Answer admin = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);

    assertThat(uaa.call("DELETE", "/oauth/token/revoke/" + admin.text("jti"), eve, "").status())
        .isEqualTo(403);
    assertThat(active(admin.text("access_token"))).isTrue();
  }

  @Test
  void endsAllSessionsWhenThePasswordChanges() {
    Answer login = uaa.login("admin", UaaFixture.ADMIN_PASSWORD);
    String token = login.text("access_token");

    Answer changed =
        uaa.call(
            "PUT",
            "/Users/" + uaa.adminId + "/password",
            token,
            "{\"oldPassword\":\"" + UaaFixture.ADMIN_PASSWORD + "\",\"password\":\"new one\"}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text("status")).isEqualTo("ok");
    assertThat(active(token)).isFalse();
    assertThat(
            uaa.token(
                    Map.of(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        login.text("refresh_token")))
                .text("error"))
        .isEqualTo("invalid_grant");
    assertThat(uaa.login("admin", UaaFixture.ADMIN_PASSWORD).status()).isEqualTo(401);
    assertThat(uaa.login("admin", "new one").status()).isEqualTo(200);
  }
}
