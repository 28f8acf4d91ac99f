package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.uaa.UaaFixture.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsersIT {
  private static final String ANN =
      """
      {"userName":"ann","password":"ann's own","origin":"uaa",
       "name":{"familyName":"ann","givenName":"ann"},"emails":[{"value":"ann","primary":true}]}
      """;

  private final UaaFixture uaa = new UaaFixture();
  private final String admin = uaa.adminToken();

  @AfterEach
  void close() {
    uaa.close();
  }

  private Answer create(String json) {
    return uaa.call("POST", "/Users", admin, json);
  }

  private Answer filter(String filter) {
    return uaa.call(
        "GET", "/Users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8), admin, "");
  }

  @Test
  void createsAUserWhoCanLogIn() {
    Answer created = create(ANN);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text("id")).hasSize(36);
    assertThat(created.text("origin")).isEqualTo("uaa");
    assertThat(created.text("zoneId")).isEqualTo("uaa");
    assertThat(created.body().path("active").booleanValue()).isTrue();
    assertThat(created.body().path("meta").path("version").intValue()).isZero();
    assertThat(created.body().path("meta").path("created").stringValue())
        .isEqualTo("2030-01-01T00:00:00Z");
    assertThat(created.body().path("groups")).hasSize(14);
    assertThat(created.raw().body()).doesNotContain("ann's own").doesNotContain("assword\":");
    Answer login = uaa.login("Ann", "ann's own");
    assertThat(login.text("scope"))
        .isEqualTo(
            "cloud_controller.read cloud_controller.write "
                + "cloud_controller_service_permissions.read openid password.write scim.userids "
                + "uaa.user");
    assertThat(login.claims().path("user_id").stringValue()).isEqualTo(created.text("id"));
  }

  @Test
  void refusesANameThatIsTaken() {
    create(ANN);

    Answer second = create(ANN.replace("\"ann\"", "\"ANN\""));
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.text("error")).isEqualTo("scim_resource_already_exists");
    assertThat(second.text("message")).isEqualTo("Username already in use: ANN");
    assertThat(filter("userName eq \"ann\"").body().path("totalResults").intValue()).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName eq \"ann\"",
        "username EQ \"ANN\" and origin eq \"uaa\"",
        "emails.value sw \"an\" and userName co \"nn\"",
        "userName eq \"no one\" or userName eq \"ann\""
      })
  void findsByFilter(String filter) {
    String id = create(ANN).text("id");

    Answer found = filter(filter);
    assertThat(found.status()).isEqualTo(200);
    assertThat(found.body().path("resources")).hasSize(1);
    assertThat(found.body().path("resources").path(0).path("id").stringValue()).isEqualTo(id);
    assertThat(found.body().path("totalResults").intValue()).isOne();
    assertThat(found.body().path("startIndex").intValue()).isOne();
    assertThat(found.body().path("itemsPerPage").intValue()).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName",
        "userName eq ann",
        "password_hash eq \"x\"",
        "userName eq \"a\" and",
        "userName eq \"a\" or true",
        "userName eq \"a\"; drop table uaa_users",
        "userName eq \"' or '1'='1\" or",
      })
  void refusesWhatIsNoFilter(String filter) {
    assertThat(filter(filter).status()).isEqualTo(400);
    assertThat(filter(filter).text("error")).isEqualTo("invalid_scim_resource");
  }

  @Test
  void takesQuotesInAFilterAsText() {
    assertThat(filter("userName eq \"' or '1'='1\"").body().path("totalResults").intValue())
        .isZero();
  }

  @Test
  void listsInPages() {
    create(ANN);

    Answer second = uaa.call("GET", "/Users?startIndex=2&count=1", admin, "");
    assertThat(second.body().path("totalResults").intValue()).isEqualTo(2);
    assertThat(second.body().path("resources")).hasSize(1);
    assertThat(second.body().path("startIndex").intValue()).isEqualTo(2);
    assertThat(uaa.call("GET", "/Users?count=x", admin, "").status()).isEqualTo(400);
  }

  @Test
  void changesAUserOfTheVersionThatWasSeen() {
    String path = "/Users/" + create(ANN).text("id");

    Answer changed =
        uaa.call("PUT", path, admin, "{\"userName\":\"anna\",\"emails\":[{\"value\":\"a@b.c\"}]}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text("userName")).isEqualTo("anna");
    assertThat(changed.body().path("meta").path("version").intValue()).isOne();
    Answer stale =
        uaa.send(
            uaa.request(path)
                .header("Authorization", "Bearer " + admin)
                .header("If-Match", "\"0\"")
                .PUT(BodyPublishers.ofString("{\"userName\":\"other\"}")));
    assertThat(stale.status()).isEqualTo(409);
    assertThat(uaa.call("GET", path, admin, "").text("userName")).isEqualTo("anna");
  }

  @Test
  void shutsOutAUserWhoIsNotActive() {
    String path = "/Users/" + create(ANN).text("id");
    String token = uaa.login("ann", "ann's own").text("access_token");

    uaa.call("PUT", path, admin, "{\"userName\":\"ann\",\"active\":false}");

    assertThat(uaa.login("ann", "ann's own").text("error_description"))
        .isEqualTo("Bad credentials");
    assertThat(uaa.call("GET", path, token, "").status()).isEqualTo(401);
  }

  @Test
  void deletesAUser() {
    String id = create(ANN).text("id");
    String token = uaa.login("ann", "ann's own").text("access_token");

    Answer deleted = uaa.call("DELETE", "/Users/" + id, admin, "");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.text("userName")).isEqualTo("ann");
    assertThat(uaa.login("ann", "ann's own").status()).isEqualTo(401);
    assertThat(uaa.call("GET", "/Users/" + id, token, "").status()).isEqualTo(401);
    Answer gone = uaa.call("DELETE", "/Users/" + id, admin, "");
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text("error")).isEqualTo("scim_resource_not_found");
  }

  @Test
  void letsAnOrdinaryUserSeeAndChangeOnlyThemselves() {
    String id = create(ANN).text("id");
    String ann = uaa.login("ann", "ann's own").text("access_token");

    assertThat(uaa.call("GET", "/Users/" + id, ann, "").status()).isEqualTo(200);
    assertThat(uaa.call("GET", "/Users/" + uaa.adminId, ann, "").status()).isEqualTo(403);
    assertThat(uaa.call("GET", "/Users", ann, "").text("error")).isEqualTo("insufficient_scope");
    assertThat(uaa.call("POST", "/Users", ann, ANN).status()).isEqualTo(403);
    assertThat(uaa.call("DELETE", "/Users/" + uaa.adminId, ann, "").status()).isEqualTo(403);
    assertThat(
            uaa.call(
                    "PUT",
                    "/Users/" + uaa.adminId + "/password",
                    ann,
                    "{\"oldPassword\":\"ann's own\",\"password\":\"x\"}")
                .status())
        .isEqualTo(403);
  }

  @Test
  void changesAPasswordOnlyForWhoKnowsTheOldOne() {
    String path = "/Users/" + create(ANN).text("id") + "/password";
    String ann = uaa.login("ann", "ann's own").text("access_token");

    Answer wrong = uaa.call("PUT", path, ann, "{\"oldPassword\":\"?\",\"password\":\"new\"}");
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.text("error")).isEqualTo("unauthorized");
    Answer empty = uaa.call("PUT", path, ann, "{\"oldPassword\":\"ann's own\",\"password\":\"\"}");
    assertThat(empty.status()).isEqualTo(422);
    assertThat(empty.text("error")).isEqualTo("invalid_password");
    assertThat(uaa.call("PUT", path, admin, "{\"password\":\"reset\"}").status()).isEqualTo(200);
    assertThat(uaa.login("ann", "reset").status()).isEqualTo(200);
  }

  @Test
  void refusesWhatItCannotUse() {
    assertThat(create("{").text("error")).isEqualTo("invalid_request");
    assertThat(create("{\"userName\":\"\",\"password\":\"x\"}").text("error"))
        .isEqualTo("invalid_scim_resource");
    assertThat(create("{\"userName\":\"x\"}").status()).isEqualTo(422);
    assertThat(create("{\"userName\":\"x\",\"password\":\"" + "x".repeat(73) + "\"}").status())
        .isEqualTo(422);
    assertThat(uaa.get("/Users").status()).isEqualTo(401);
    assertThat(uaa.call("GET", "/Users", "no.token.atall", "").text("error"))
        .isEqualTo("invalid_token");
  }
}
