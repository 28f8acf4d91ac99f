package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Orgs, spaces, roles and users: the rules and the texts that clients match. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TenancyIT {
  private TestController controller;
  private ApiClient admin;

  @BeforeAll
  void start() {
    controller = new TestController();
    admin = controller.admin();
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private Answer giveRole(String type, String user, String relationship, String guid) {
    return admin.post(
        "/v3/roles",
        """
        {"type":"%s","relationships":{"user":{"data":%s},"%s":{"data":{"guid":"%s"}}}}\
        """
            .formatted(type, user, relationship, guid));
  }

  @Test
  void startsWithAnOrgASpaceADomainAndBuildpacksInOrder() {
    assertThat(admin.get("/v3/organizations?names=main").at("/pagination/total_results"))
        .isEqualTo("1");
    assertThat(admin.get("/v3/spaces?names=dev&include=organization").text()).contains("main");
    assertThat(admin.get("/v3/domains").at("/resources/0/name")).isEqualTo(TestController.DOMAIN);
    Answer buildpacks = admin.get("/v3/buildpacks");
    assertThat(buildpacks.at("/resources/0/name")).isEqualTo("java");
    assertThat(buildpacks.at("/resources/1/name")).isEqualTo("binary");
    assertThat(buildpacks.at("/resources/0/state")).isEqualTo("READY");
  }

  /** The admin may read everything, but a space that is not there has no apps. */
  @Test
  void appliesNoManifestInASpaceThatIsNotThere() {
    Answer answer =
        admin.send(
            "POST",
            "/v3/spaces/none/actions/apply_manifest",
            "applications: [{name: shop}]",
            "application/x-yaml");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.detail()).isEqualTo("Space not found");
  }

  @Test
  void keepsNamesUnique() {
    String org = controller.organization("twice");
    Answer again = admin.post("/v3/organizations", "{\"name\":\"TWICE\"}");
    assertThat(again.status()).isEqualTo(422);
    assertThat(again.detail()).isEqualTo("Organization 'TWICE' already exists.");
    controller.space("dev", org);
    Answer space =
        admin.post(
            "/v3/spaces",
            """
            {"name":"dev","relationships":{"organization":{"data":{"guid":"%s"}}}}\
            """
                .formatted(org));
    assertThat(space.detail()).isEqualTo("Name must be unique per organization");
  }

  @Test
  void letsOneOfManyAtOnceHaveTheName() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> calls =
          IntStream.range(0, 8)
              .mapToObj(_ ->
                  (Callable<Integer>)
                      () -> admin.post("/v3/organizations", "{\"name\":\"race\"}").status())
              .toList();
      int created = 0;
      for (Future<Integer> call : threads.invokeAll(calls)) {
        created += call.get() == 201 ? 1 : 0;
      }
      assertThat(created).isEqualTo(1);
    }
  }

  @Test
  void deletesAnOrgWithAllThatIsInIt() {
    String org = controller.organization("doomed");
    String space = controller.space("dev", org);
    controller.app("doomed", space);
    controller.route("doomed", space);
    String domain =
        admin.create(
            "/v3/domains",
            """
            {"name":"doomed.example.org",
             "relationships":{"organization":{"data":{"guid":"%s"}}}}\
            """
                .formatted(org));
    assertThat(admin.deleteWait("/v3/organizations/" + org + "/").at("/state"))
        .isEqualTo("COMPLETE");
    for (String path :
        List.of("/v3/organizations/" + org, "/v3/spaces/" + space, "/v3/domains/" + domain)) {
      assertThat(admin.get(path).status()).describedAs(path).isEqualTo(404);
    }
    assertThat(admin.get("/v3/routes?hosts=doomed").at("/pagination/total_results")).isEqualTo("0");
  }

  @Test
  void mergesMetadata() {
    String org =
        admin.create(
            "/v3/organizations",
            "{\"name\":\"noted\",\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"2\"}}}");
    Answer answer =
        admin.patch(
            "/v3/organizations/" + org,
            "{\"metadata\":{\"labels\":{\"a\":null,\"c\":\"3\"},\"annotations\":{\"n\":\"x\"}}}");
    assertThat(answer.json().at("/metadata").toString())
        .isEqualTo("{\"labels\":{\"b\":\"2\",\"c\":\"3\"},\"annotations\":{\"n\":\"x\"}}");
    assertThat(
            admin
                .patch(
                    "/v3/organizations/" + org,
                    "{\"metadata\":{\"labels\":{\"cloudfoundry.org/x\":\"1\"}}}")
                .status())
        .isEqualTo(422);
  }

  @Test
  void givesRolesByNameAndByGuid() {
    String org = controller.organization("roles");
    String space = controller.space("dev", org);
    controller.directory().add("bob-guid", "bob", "uaa");
    assertThat(giveRole("space_developer", "{\"username\":\"bob\"}", "space", space).detail())
        .startsWith("Users cannot be assigned roles in a space");
    assertThat(
            giveRole("organization_user", "{\"username\":\"bob\"}", "organization", org).status())
        .isEqualTo(201);
    assertThat(giveRole("space_developer", "{\"guid\":\"bob-guid\"}", "space", space).status())
        .isEqualTo(201);
    assertThat(giveRole("space_developer", "{\"guid\":\"bob-guid\"}", "space", space).detail())
        .isEqualTo("User 'bob' already has 'space_developer' role in space 'dev'.");
    assertThat(
            giveRole("organization_user", "{\"username\":\"eve\"}", "organization", org).detail())
        .isEqualTo("No user exists with the username 'eve'.");
  }

  @Test
  void wantsAnOriginWhenTheNameIsAmbiguous() {
    String org = controller.organization("origins");
    controller.directory().add("ann-1", "ann", "uaa");
    controller.directory().add("ann-2", "ann", "ldap");
    assertThat(
            giveRole("organization_user", "{\"username\":\"ann\"}", "organization", org).detail())
        .isEqualTo(
            "Ambiguous user. User with username 'ann' exists in the following origins: ldap, uaa."
                + " Specify an origin to disambiguate.");
    Answer answer =
        giveRole(
            "organization_user", "{\"username\":\"ann\",\"origin\":\"ldap\"}", "organization", org);
    assertThat(answer.at("/relationships/user/data/guid")).isEqualTo("ann-2");
  }

  @Test
  void takesRolesBack() {
    String org = controller.organization("back");
    String space = controller.space("dev", org);
    String member = controller.role("organization_user", "tim", "organization", org);
    String developer = controller.role("space_developer", "tim", "space", space);
    assertThat(admin.delete("/v3/roles/" + member).status()).isEqualTo(422);
    assertThat(admin.deleteWait("/v3/roles/" + developer).at("/state")).isEqualTo("COMPLETE");
    assertThat(admin.deleteWait("/v3/roles/" + member).at("/state")).isEqualTo("COMPLETE");
    assertThat(controller.user("tim").get("/v3/spaces/" + space).status()).isEqualTo(404);
  }

  @Test
  void knowsUsersByTheirNames() {
    controller.directory().add("zoe-guid", "zoe", "uaa");
    assertThat(admin.post("/v3/users", "{\"guid\":\"zoe-guid\"}").at("/username")).isEqualTo("zoe");
    assertThat(admin.post("/v3/users", "{\"guid\":\"zoe-guid\"}").detail())
        .isEqualTo("User with guid 'zoe-guid' already exists.");
    Answer client = admin.post("/v3/users", "{\"guid\":\"some-client\"}");
    assertThat(client.json().get("username").isNull()).isTrue();
    assertThat(client.at("/presentation_name")).isEqualTo("some-client");
    assertThat(admin.get("/v3/users?usernames=zoe").at("/resources/0/guid")).isEqualTo("zoe-guid");
    assertThat(admin.get("/v3/users?origins=uaa").status()).isEqualTo(400);
    assertThat(admin.deleteWait("/v3/users/zoe-guid").at("/state")).isEqualTo("COMPLETE");
  }

  @Test
  void appliesQuotas() {
    String org = controller.organization("limited");
    String quota =
        admin.create(
            "/v3/organization_quotas",
            "{\"name\":\"tiny\",\"routes\":{\"total_routes\":1},\"apps\":{\"total_memory_in_mb\":null}}");
    assertThat(admin.post("/v3/organization_quotas", "{\"name\":\"tiny\"}").detail())
        .isEqualTo("Organization Quota 'tiny' already exists.");
    admin.post(
        "/v3/organization_quotas/" + quota + "/relationships/organizations",
        "{\"data\":[{\"guid\":\"" + org + "\"}]}");
    assertThat(admin.get("/v3/organizations/" + org).at("/relationships/quota/data/guid"))
        .isEqualTo(quota);
    String space = controller.space("dev", org);
    controller.route("first", space);
    Answer second =
        admin.post(
            "/v3/routes",
            """
            {"host":"second","relationships":{"space":{"data":{"guid":"%s"}},
             "domain":{"data":{"guid":"%s"}}}}\
            """
                .formatted(space, controller.sharedDomain()));
    assertThat(second.detail()).startsWith("Routes quota exceeded");
    assertThat(admin.delete("/v3/organization_quotas/" + quota).status()).isEqualTo(422);
  }

  @Test
  void seedsOnlyOnce() {
    controller.startAgain();
    Set<String> names =
        admin
            .get("/v3/buildpacks")
            .json()
            .get("resources")
            .valueStream()
            .map(buildpack -> buildpack.get("name").stringValue())
            .collect(Collectors.toSet());
    assertThat(names).containsExactlyInAnyOrder("java", "binary");
    assertThat(
            admin.get("/v3/domains?names=" + TestController.DOMAIN).at("/pagination/total_results"))
        .isEqualTo("1");
  }
}
