package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.Golden;
import bellows.cloudcontroller.testing.TestController;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The exact form of each resource. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodiesIT {
  private TestController controller;
  private ApiClient admin;
  private String org;
  private String space;

  @BeforeAll
  void start() {
    controller = new TestController();
    admin = controller.admin();
    org =
        admin.create(
            "/v3/organizations",
            """
            {"name":"shop","metadata":{"labels":{"env":"prod"},"annotations":{"note":"ä"}}}\
            """);
    space = controller.space("dev", org);
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private void freeze(String name, String path) {
    Answer answer = admin.get(path);
    assertThat(answer.status()).describedAs(path).isEqualTo(200);
    Golden.assertMatches(name, answer);
  }

  @Test
  void discovery() {
    for (String path : new String[] {"/", "/v3", "/v3/info", "/v2/info"}) {
      Answer answer = controller.anonymous().get(path);
      assertThat(answer.status()).isEqualTo(200);
      Golden.assertMatches("discovery" + path.replace('/', '-'), answer);
    }
  }

  @Test
  void organization() {
    freeze("organization", "/v3/organizations/" + org);
    freeze("organization-list", "/v3/organizations?names=shop");
    freeze("organization-usage", "/v3/organizations/" + org + "/usage_summary");
    freeze("domain-of-organization", "/v3/organizations/" + org + "/domains/default");
    freeze(
        "default-isolation-segment",
        "/v3/organizations/" + org + "/relationships/default_isolation_segment");
  }

  @Test
  void space() {
    freeze("space", "/v3/spaces/" + space);
    freeze("space-with-organization", "/v3/spaces/" + space + "?include=organization");
    freeze("space-features", "/v3/spaces/" + space + "/features");
  }

  @Test
  void role() {
    controller.role("organization_user", "dora", "organization", org);
    controller.role("space_developer", "dora", "space", space);
    freeze("role-list", "/v3/roles?space_guids=" + space + "&include=user,space,organization");
    freeze("user", "/v3/users/dora-guid");
  }

  @Test
  void routeAndDestinations() {
    String route = controller.route("shop", space);
    String app = controller.app("shop", space);
    Answer mapped =
        admin.post(
            "/v3/routes/" + route + "/destinations",
            """
            {"destinations":[{"app":{"guid":"%s"},"port":null,"protocol":null}]}\
            """
                .formatted(app));
    assertThat(mapped.status()).isEqualTo(200);
    Golden.assertMatches("destinations", mapped);
    freeze("route", "/v3/routes/" + route + "?include=domain,space.organization");
    freeze("audit-events", "/v3/audit_events?types=audit.app.map-route");
  }

  @Test
  void platform() {
    freeze("stack-list", "/v3/stacks");
    freeze("buildpack-list", "/v3/buildpacks");
    freeze("quota-list", "/v3/organization_quotas");
    freeze("feature-flag", "/v3/feature_flags/route_creation");
    freeze("isolation-segment-list", "/v3/isolation_segments");
    freeze("environment-group", "/v3/environment_variable_groups/running");
    freeze("empty-list", "/v3/service_instances");
  }

  @Test
  void job() {
    String gone = controller.space("gone", org);
    Golden.assertMatches("job", admin.deleteWait("/v3/spaces/" + gone));
  }

  @Test
  void errors() {
    Golden.assertMatches(
        "error-many",
        admin.post(
            "/v3/spaces",
            """
            {"name":7,"color":"red","metadata":{"labels":{"-x":"1"}},
             "relationships":{"organization":{"data":{"guid":"o","x":1}}}}\
            """));
    Golden.assertMatches("error-parse", admin.post("/v3/spaces", "{\"name\":"));
  }
}
