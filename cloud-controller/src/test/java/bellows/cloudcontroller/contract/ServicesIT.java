package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.Golden;
import bellows.cloudcontroller.testing.TestController;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** User-provided service instances, and routes whose requests pass by them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesIT {
  private static final String URL = "\"route_service_url\":\"https://guard.example.org/in\"";

  private TestController controller;
  private ApiClient admin;
  private ApiClient developer;
  private String org;
  private String space;

  @BeforeAll
  void start() {
    controller = new TestController();
    admin = controller.admin();
    org = controller.organization("services");
    space = controller.space("dev", org);
    controller.role("organization_user", "dora", "organization", org);
    controller.role("space_developer", "dora", "space", space);
    controller.role("organization_user", "axel", "organization", org);
    controller.role("space_auditor", "axel", "space", space);
    developer = controller.user("dora");
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private Answer instance(String name, String more, String in) {
    return developer.post(
        "/v3/service_instances",
        """
        {"type":"user-provided","name":"%s"%s,"relationships":{"space":{"data":{"guid":"%s"}}}}\
        """
            .formatted(name, more.isEmpty() ? "" : "," + more, in));
  }

  private Answer bind(ApiClient caller, String instance, String route) {
    return caller.post(
        "/v3/service_route_bindings",
        """
        {"relationships":{"service_instance":{"data":{"guid":"%s"}},"route":{"data":{"guid":"%s"}}}}\
        """
            .formatted(instance, route));
  }

  @Test
  void hasTheContractsForm() {
    Answer created =
        instance(
            "formed",
            URL + ",\"tags\":[\"edge\"],\"credentials\":{\"key\":\"secret-word\"}",
            space);
    assertThat(created.status()).isEqualTo(201);
    Golden.assertMatches("service-instance", created);
    assertThat(created.text()).doesNotContain("secret-word");
    String route = controller.route("formed", space);
    Answer bound = bind(developer, created.guid(), route);
    assertThat(bound.status()).isEqualTo(201);
    Golden.assertMatches(
        "service-route-binding-list",
        developer.get(
            "/v3/service_route_bindings?include=route,service_instance&route_guids=" + route));
    assertThat(
            developer
                .get("/v3/routes?service_instance_guids=" + created.guid())
                .at("/resources/0/guid"))
        .isEqualTo(route);
    assertThat(developer.get("/v3/service_instances?names=formed&type=managed").text())
        .doesNotContain(created.guid());
  }

  @Test
  void keepsCredentialsSealedAndForDevelopers() {
    String guid = instance("sealed", "\"credentials\":{\"key\":\"secret-word\"}", space).guid();
    String path = "/v3/service_instances/" + guid + "/credentials";
    assertThat(developer.get(path).at("/key")).isEqualTo("secret-word");
    assertThat(controller.user("axel").get(path).status()).isEqualTo(403);
    byte[] kept =
        controller
            .database()
            .inTransaction(db ->
                db.createQuery(
                        "select credentials_secret from service_instances where guid = :guid")
                    .bind("guid", guid)
                    .mapTo(byte[].class)
                    .one());
    assertThat(new String(kept, StandardCharsets.ISO_8859_1)).doesNotContain("secret-word");
    developer.patch("/v3/service_instances/" + guid, "{\"credentials\":{\"key\":\"newer\"}}");
    assertThat(developer.get(path).at("/key")).isEqualTo("newer");
    developer.patch("/v3/service_instances/" + guid, "{\"tags\":[\"edge\"]}");
    assertThat(developer.get(path).at("/key")).as("what is not sent stays").isEqualTo("newer");
  }

  @Test
  void takesAwayWhatIsSentAsNull() {
    String some =
        "\"syslog_drain_url\":\"syslog://logs.example.org\",\"tags\":[\"edge\"],"
            + "\"credentials\":{\"key\":\"secret-word\"},"
            + URL;
    String path = "/v3/service_instances/" + instance("cleared", some, space).guid();
    Answer cleared =
        developer.patch(
            path,
            """
            {"syslog_drain_url":null,"tags":null,"credentials":null,"route_service_url":null}\
            """);
    assertThat(cleared.status()).describedAs(cleared.text()).isEqualTo(200);
    assertThat(developer.get(path + "/credentials").text()).isEqualTo("{}");
    assertThat(cleared.json().get("tags").isEmpty()).isTrue();
    assertThat(cleared.json().get("syslog_drain_url").isNull()).isTrue();
    assertThat(cleared.json().get("route_service_url").isNull()).isTrue();
    assertThat(developer.patch(path, "{\"name\":null}").detail()).isEqualTo("Name can't be blank");
  }

  @Test
  void countsManagedInstancesOnlyOfWhichThereAreNone() {
    String few = controller.organization("few-services");
    String quota =
        admin.create(
            "/v3/organization_quotas",
            "{\"name\":\"one-service\",\"services\":{\"total_service_instances\":1}}");
    admin.post(
        "/v3/organization_quotas/" + quota + "/relationships/organizations",
        "{\"data\":[{\"guid\":\"" + few + "\"}]}");
    String dev = controller.space("dev", few);
    controller.role("organization_user", "dora", "organization", few);
    controller.role("space_developer", "dora", "space", dev);
    assertThat(instance("first", "", dev).status()).isEqualTo(201);
    assertThat(instance("second", "", dev).status()).isEqualTo(201);
    assertThat(
            admin
                .get("/v3/organizations/" + few + "/usage_summary")
                .at("/usage_summary/service_instances"))
        .isEqualTo("0");
  }

  @Test
  void saysThatAppsHaveNoBindings() {
    String guid = instance("unbound", "", space).guid();
    assertThat(
            developer
                .post(
                    "/v3/service_credential_bindings",
                    """
                    {"type":"app","relationships":{"app":{"data":{"guid":"x"}},
                     "service_instance":{"data":{"guid":"%s"}}}}\
                    """
                        .formatted(guid))
                .detail())
        .isEqualTo(
            "Service instances cannot be bound: apps have no service bindings on this platform");
    assertThat(
            developer
                .send(
                    "POST",
                    "/v3/spaces/" + space + "/actions/apply_manifest",
                    "applications: [{name: shop, services: [unbound]}]",
                    "application/x-yaml")
                .detail())
        .isEqualTo(
            "For application 'shop': Service instance 'unbound' cannot be bound: apps have no"
                + " service bindings on this platform");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(instance("twice", "", space).status()).isEqualTo(201);
    assertThat(instance("twice", "", space).detail())
        .isEqualTo("The service instance name is taken: twice.");
    assertThat(instance("plain", "\"route_service_url\":\"http://guard.test\"", space).detail())
        .isEqualTo("Route service url must be https");
    assertThat(instance("none", "\"route_service_url\":\"https:guard\"", space).detail())
        .contains("Route service url must be a valid URI");
    assertThat(instance("creds", "\"credentials\":\"x\"", space).detail())
        .isEqualTo("Credentials must be an object");
    assertThat(
            developer
                .post("/v3/service_instances", "{\"type\":\"managed\",\"name\":\"db\"}")
                .detail())
        .startsWith("Services are not supported by this platform");
    assertThat(developer.post("/v3/service_instances", "{\"name\":\"db\"}").detail())
        .contains("Type must be one of 'managed', 'user-provided'");
  }

  @Test
  void bindsARouteToOneServiceOfItsSpace() {
    String guard = instance("guard", URL, space).guid();
    String route = controller.route("guarded", space);
    String binding = bind(developer, guard, route).guid();
    Answer again = bind(developer, guard, route);
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.at("/errors/0/title")).isEqualTo("CF-ServiceInstanceAlreadyBoundToSameRoute");
    assertThat(bind(developer, instance("second", URL, space).guid(), route).detail())
        .isEqualTo("A route may only be bound to a single service instance");
    assertThat(bind(developer, instance("bare", "", space).guid(), route).detail())
        .isEqualTo("This service instance does not support route binding");
    String elsewhere = controller.route("elsewhere", controller.space("prod", org));
    assertThat(bind(admin, guard, elsewhere).detail())
        .isEqualTo("The service instance and the route are in different spaces");
    assertThat(bind(developer, guard, elsewhere).detail())
        .isEqualTo("The route could not be found: " + elsewhere);
    assertThat(
            developer
                .patch("/v3/service_instances/" + guard, "{\"route_service_url\":null}")
                .detail())
        .startsWith("Routes are bound to this service instance.");
    assertThat(developer.delete("/v3/service_route_bindings/" + binding).status()).isEqualTo(204);
    assertThat(
            developer
                .patch("/v3/service_instances/" + guard, "{\"route_service_url\":\"\"}")
                .json()
                .get("route_service_url")
                .isNull())
        .isTrue();
  }

  @Test
  void keepsWhatOthersNoteOfABindingMeanwhile() throws Exception {
    String guard = instance("noted", URL, space).guid();
    String path =
        "/v3/service_route_bindings/"
            + bind(developer, guard, controller.route("noted", space)).guid();
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> patched =
          controller
              .database()
              .inTransaction(db -> {
                db.execute(
                    """
                    update service_route_bindings set labels = '{"by":"others"}'
                    where instance_guid = ?\
                    """,
                    guard);
                Future<Answer> waiting =
                    tasks.submit(() ->
                        developer.patch(path, "{\"metadata\":{\"labels\":{\"and\":\"us\"}}}"));
                Eventually.until("it waits", () -> TestController.holdsUpOthers(db));
                return waiting;
              });
      assertThat(patched.get().status()).isEqualTo(200);
    }
    Answer noted = developer.get(path);
    assertThat(noted.at("/metadata/labels/by")).isEqualTo("others");
    assertThat(noted.at("/metadata/labels/and")).isEqualTo("us");
  }

  @Test
  void takesBindingsAwayWithWhatTheyBind() {
    String guard = instance("ending", URL, space).guid();
    String binding = bind(developer, guard, controller.route("ending", space)).guid();
    assertThat(developer.delete("/v3/service_instances/" + guard).status()).isEqualTo(204);
    assertThat(developer.get("/v3/service_route_bindings/" + binding).status()).isEqualTo(404);
    String doomed = controller.space("doomed", org);
    controller.role("space_developer", "dora", "space", doomed);
    String inside = instance("inside", URL, doomed).guid();
    bind(developer, inside, controller.route("inside", doomed));
    assertThat(admin.deleteWait("/v3/spaces/" + doomed).at("/state")).isEqualTo("COMPLETE");
    assertThat(admin.get("/v3/service_instances/" + inside).status()).isEqualTo(404);
  }

  @Test
  void showsStrangersNothing() {
    String guard = instance("hidden", URL, space).guid();
    String route = controller.route("hidden", space);
    String binding = bind(developer, guard, route).guid();
    ApiClient stranger = controller.user("stranger");
    for (String path :
        new String[] {"/v3/service_instances/" + guard, "/v3/service_route_bindings/" + binding}) {
      assertThat(stranger.get(path).status()).isEqualTo(404);
      assertThat(stranger.delete(path).status()).isEqualTo(404);
      assertThat(controller.user("axel").delete(path).status()).isEqualTo(403);
    }
    assertThat(stranger.get("/v3/service_instances").at("/pagination/total_results"))
        .isEqualTo("0");
    assertThat(bind(stranger, guard, route).detail())
        .isEqualTo("The service instance could not be found: " + guard);
  }
}
