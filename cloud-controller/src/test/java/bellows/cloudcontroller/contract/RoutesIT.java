package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Domains, routes and destinations. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutesIT {
  private TestController controller;
  private ApiClient admin;
  private String org;
  private String space;
  private String shared;

  @BeforeAll
  void start() {
    controller = new TestController();
    admin = controller.admin();
    org = controller.organization("routes");
    space = controller.space("dev", org);
    shared = controller.sharedDomain();
    controller.role("organization_user", "dora", "organization", org);
    controller.role("space_developer", "dora", "space", space);
    controller.role("organization_manager", "mara", "organization", org);
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private Answer route(ApiClient caller, String fields, String domain) {
    return caller.post(
        "/v3/routes",
        """
        {%s"relationships":{"space":{"data":{"guid":"%s"}},"domain":{"data":{"guid":"%s"}}}}\
        """
            .formatted(fields.isEmpty() ? "" : fields + ",", space, domain));
  }

  private Answer domain(ApiClient caller, String name, String owner) {
    return caller.post(
        "/v3/domains",
        """
        {"name":"%s","relationships":{"organization":{"data":{"guid":"%s"}}}}\
        """
            .formatted(name, owner));
  }

  @Test
  void tellsThatARouteExists() {
    assertThat(route(admin, "\"host\":\"one\"", shared).status()).isEqualTo(201);
    assertThat(route(admin, "\"host\":\"ONE\"", shared).detail())
        .isEqualTo("Route already exists with host 'one' for domain 'apps.example.com'.");
    assertThat(route(admin, "\"host\":\"one\",\"path\":\"/p\"", shared).at("/url"))
        .isEqualTo("one.apps.example.com/p");
  }

  @Test
  void refusesWhatCannotBeAnAddress() {
    for (String fields :
        List.of(
            "",
            "\"host\":\"a b\"",
            "\"host\":\"a.b\"",
            "\"host\":\"x\",\"path\":\"p\"",
            "\"host\":\"x\",\"path\":\"/\"",
            "\"host\":\"x\",\"path\":\"/a?b\"",
            "\"host\":\"x\",\"port\":1234",
            "\"host\":\"x\",\"options\":{\"loadbalancing\":\"magic\"}")) {
      Answer answer = route(admin, fields, shared);
      assertThat(answer.status()).describedAs(fields).isEqualTo(422);
    }
  }

  @Test
  void keepsThePlatformsNames() {
    for (String host : List.of("api", "LOGIN", "uaa", "log-cache")) {
      assertThat(route(admin, "\"host\":\"" + host + "\"", shared).detail())
          .describedAs(host)
          .contains("is reserved by the platform");
    }
    assertThat(domain(controller.user("mara"), "api.apps.example.com", org).status())
        .isEqualTo(422);
  }

  @Test
  void givesTheWildcardOfASharedDomainToAdministratorsOnly() {
    assertThat(route(controller.user("dora"), "\"host\":\"*\"", shared).status()).isEqualTo(403);
    assertThat(route(admin, "\"host\":\"*\"", shared).status()).isEqualTo(201);
  }

  @Test
  void saysWhatARoutesOptionsCanBe() {
    assertThat(options("{\"loadbalancing\":\"hash\"}"))
        .isEqualTo(
            "Options Loadbalancing must be one of 'round-robin, least-connection' if present");
    assertThat(options("{\"rate_limit\":\"0/m\"}"))
        .isEqualTo(
            "Options Rate limit must be one of 'NUMBER/s, NUMBER/m, NUMBER/h, off' if present");
    assertThat(options("{\"compression\":\"br\"}"))
        .isEqualTo("Options Compression must be one of 'on, off' if present");
    assertThat(options("{\"hash_header\":\"X-User\"}"))
        .isEqualTo("Unknown field(s): 'hash_header'");
    assertThat(options("{\"rate_limit\":5}")).isEqualTo("Options rate limit must be a string");
    assertThat(options("[]")).isEqualTo("Options must be an object");
  }

  private String options(String options) {
    Answer answer = route(admin, "\"host\":\"wrong\",\"options\":" + options, shared);
    assertThat(answer.status()).isEqualTo(422);
    return answer.detail();
  }

  @Test
  void changesOnlyTheOptionsThatAreSent() {
    Answer created =
        route(
            admin,
            "\"host\":\"some\",\"options\":{\"loadbalancing\":\"round-robin\",\"rate_limit\":\"9/h\"}",
            shared);
    Answer changed =
        admin.patch(
            "/v3/routes/" + created.guid(),
            "{\"options\":{\"rate_limit\":\"off\",\"compression\":\"on\"}}");
    assertThat(changed.json().get("options").toString())
        .isEqualTo(
            "{\"rate_limit\":\"off\",\"compression\":\"on\",\"loadbalancing\":\"round-robin\"}");
  }

  @Test
  void aManifestChangesOptionsOnceAndKeepsWhatOthersChangeMeanwhile() {
    String route = route(admin, "\"host\":\"meanwhile\"", shared).guid();
    Answer promised =
        controller
            .database()
            .inTransaction(db -> {
              db.execute(
                  """
                  update routes set options = '{"rate_limit":"5/s"}', labels = '{"by":"others"}'
                  where guid = ?\
                  """,
                  route);
              Answer waiting = manifestWithOptions();
              Eventually.until("it waits for the others", () -> TestController.holdsUpOthers(db));
              return waiting;
            });
    assertThat(admin.job(promised).at("/state")).isEqualTo("COMPLETE");
    Answer changed = admin.get("/v3/routes/" + route);
    assertThat(changed.json().get("options").toString())
        .isEqualTo("{\"rate_limit\":\"5/s\",\"compression\":\"on\"}");
    assertThat(changed.at("/metadata/labels/by")).isEqualTo("others");
    assertThat(admin.job(manifestWithOptions()).at("/state")).isEqualTo("COMPLETE");
    assertThat(
            admin
                .get("/v3/audit_events?types=audit.route.update&target_guids=" + route)
                .at("/pagination/total_results"))
        .isEqualTo("1");
  }

  private Answer manifestWithOptions() {
    Answer promised =
        admin.send(
            "POST",
            "/v3/spaces/" + space + "/actions/apply_manifest",
            """
            applications:
            - name: meanwhile
              routes:
              - route: meanwhile.apps.example.com
                options: {compression: on}
            """,
            "application/x-yaml");
    assertThat(promised.status()).describedAs(promised.text()).isEqualTo(202);
    return promised;
  }

  @Test
  void neverWritesANullOption() {
    Answer created = route(admin, "\"host\":\"opt\",\"options\":{\"loadbalancing\":null}", shared);
    assertThat(created.json().has("options")).isFalse();
    String path = "/v3/routes/" + created.guid();
    assertThat(
            admin
                .patch(path, "{\"options\":{\"loadbalancing\":\"round-robin\"}}")
                .at("/options/loadbalancing"))
        .isEqualTo("round-robin");
    assertThat(admin.patch(path, "{\"options\":{\"loadbalancing\":null}}").json().has("options"))
        .isFalse();
  }

  @Test
  void keepsTenantsDomainsApart() {
    String other = controller.organization("others");
    String theirs = domain(admin, "shop.example.org", other).guid();
    assertThat(domain(controller.user("mara"), "shop.example.org", org).detail())
        .isEqualTo("The domain name \"shop.example.org\" is already in use");
    assertThat(domain(controller.user("mara"), "x.shop.example.org", org).detail())
        .contains("is already reserved by another domain");
    assertThat(domain(controller.user("mara"), "evil.apps.example.com", org).status())
        .isEqualTo(422);
    assertThat(domain(controller.user("mara"), "not_a_domain", org).status()).isEqualTo(422);
    assertThat(route(admin, "\"host\":\"x\"", theirs).detail())
        .isEqualTo(
            "Invalid domain. Domain 'shop.example.org' is not available in organization 'routes'.");
    assertThat(route(controller.user("dora"), "\"host\":\"x\"", theirs).detail())
        .startsWith("Invalid domain. Ensure");
    Answer share =
        admin.post(
            "/v3/domains/" + theirs + "/relationships/shared_organizations",
            "{\"data\":[{\"guid\":\"" + org + "\"}]}");
    assertThat(share.status()).isEqualTo(200);
    assertThat(route(controller.user("dora"), "", theirs).at("/url")).isEqualTo("shop.example.org");
    assertThat(
            admin
                .delete("/v3/domains/" + theirs + "/relationships/shared_organizations/" + org)
                .status())
        .isEqualTo(204);
  }

  @Test
  void leadsToAppsOfItsSpace() {
    String app = controller.app("web", space);
    String foreign = controller.app("foreign", controller.space("other", org));
    String guid = controller.route("dest", space);
    String path = "/v3/routes/" + guid + "/destinations";
    String to = "{\"destinations\":[{\"app\":{\"guid\":\"%s\"}}]}";
    assertThat(admin.post(path, to.formatted(foreign)).detail())
        .isEqualTo(
            "App(s) with guid(s) \"foreign-app-guid\" do not exist or you do not have access.");
    assertThat(admin.post(path, to.formatted(app)).status()).isEqualTo(200);
    Answer twice = admin.post(path, to.formatted(app));
    assertThat(twice.json().get("destinations").size()).isEqualTo(1);
    assertThat(twice.json().at("/destinations/0/port").asInt()).isEqualTo(8080);
    assertThat(admin.get("/v3/apps/" + app + "/routes").at("/resources/0/host")).isEqualTo("dest");
    assertThat(admin.get("/v3/routes?app_guids=" + app).at("/pagination/total_results"))
        .isEqualTo("1");
    Answer replaced =
        admin.patch(
            path,
            """
            {"destinations":[{"app":{"guid":"%s","process":{"type":"worker"}}}]}\
            """
                .formatted(app));
    assertThat(replaced.at("/destinations/0/app/process/type")).isEqualTo("worker");
    String destination = replaced.at("/destinations/0/guid");
    assertThat(admin.delete(path + "/" + destination).status()).isEqualTo(204);
    assertThat(admin.delete(path + "/" + destination).status()).isEqualTo(422);
    assertThat(
            admin
                .get("/v3/audit_events?target_guids=" + app + "&order_by=-created_at")
                .at("/resources/0/type"))
        .isEqualTo("audit.app.unmap-route");
  }

  @Test
  void tellsReservations() {
    controller.route("reserved", space);
    String path = "/v3/domains/" + shared + "/route_reservations?path=&port=&host=";
    assertThat(admin.get(path + "reserved").at("/matching_route")).isEqualTo("true");
    assertThat(admin.get(path + "free").at("/matching_route")).isEqualTo("false");
  }

  @Test
  void matchesEmptyFilterValues() {
    controller.route("plain", space);
    String query = "/v3/routes?domain_guids=" + shared + "&hosts=plain&paths=";
    assertThat(admin.get(query).at("/pagination/total_results")).isEqualTo("1");
    assertThat(admin.get(query + "&ports=").at("/pagination/total_results")).isEqualTo("1");
    assertThat(admin.get(query + "%2Fx").at("/pagination/total_results")).isEqualTo("0");
  }

  @Test
  void deletesUnmappedRoutesOnly() {
    String tidy = controller.space("tidy", org);
    String app = controller.app("kept", tidy);
    String kept = controller.route("kept", tidy);
    String gone = controller.route("gone", tidy);
    admin.post(
        "/v3/routes/" + kept + "/destinations",
        "{\"destinations\":[{\"app\":{\"guid\":\"" + app + "\"}}]}");
    assertThat(admin.delete("/v3/spaces/" + tidy + "/routes").status()).isEqualTo(422);
    assertThat(admin.deleteWait("/v3/spaces/" + tidy + "/routes?unmapped=true").at("/state"))
        .isEqualTo("COMPLETE");
    assertThat(admin.get("/v3/routes/" + gone).status()).isEqualTo(404);
    assertThat(admin.get("/v3/routes/" + kept).status()).isEqualTo(200);
  }

  @Test
  void refusesSharingPolitely() {
    String guid = controller.route("mine", space);
    assertThat(
            admin
                .post("/v3/routes/" + guid + "/relationships/shared_spaces", "{\"data\":[]}")
                .detail())
        .contains("cannot be shared");
  }
}
