package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two orgs that must not see each other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
  private TestController controller;
  private String ours;
  private String theirs;
  private String ourSpace;
  private String theirSpace;
  private String theirRoute;

  @BeforeAll
  void start() {
    controller = new TestController();
    ours = controller.organization("ours");
    theirs = controller.organization("theirs");
    ourSpace = controller.space("dev", ours);
    theirSpace = controller.space("dev", theirs);
    theirRoute = controller.route("theirs", theirSpace);
    controller.role("organization_user", "dora", "organization", ours);
    controller.role("space_developer", "dora", "space", ourSpace);
    controller.role("organization_user", "otto", "organization", ours);
    controller.role("space_auditor", "otto", "space", ourSpace);
    controller.role("organization_manager", "mara", "organization", ours);
  }

  @AfterAll
  void close() {
    controller.close();
  }

  private static List<String> names(Answer list) {
    List<String> names = new ArrayList<>();
    list.json().get("resources").forEach(resource -> names.add(resource.get("name").stringValue()));
    return names;
  }

  @Test
  void listsOnlyWhatOneSees() {
    ApiClient dora = controller.user("dora");
    assertThat(names(dora.get("/v3/organizations"))).containsExactly("ours");
    assertThat(dora.get("/v3/spaces").at("/pagination/total_results")).isEqualTo("1");
    assertThat(dora.get("/v3/routes").at("/pagination/total_results")).isEqualTo("0");
    assertThat(dora.get("/v3/roles").text()).doesNotContain(theirs).doesNotContain(theirSpace);
    assertThat(dora.get("/v3/users").text()).contains("otto").doesNotContain("admin");
    assertThat(controller.user("nobody").get("/v3/organizations").at("/pagination/total_results"))
        .isEqualTo("0");
  }

  @Test
  void doesNotFindWhatOneMayNotSee() {
    ApiClient dora = controller.user("dora");
    for (String path :
        List.of(
            "/v3/organizations/" + theirs,
            "/v3/spaces/" + theirSpace,
            "/v3/routes/" + theirRoute)) {
      assertThat(dora.get(path).status()).describedAs(path).isEqualTo(404);
      assertThat(dora.get(path).code()).isEqualTo(10010);
      assertThat(dora.patch(path, "{}").status()).describedAs(path).isEqualTo(404);
      assertThat(dora.delete(path).status()).describedAs(path).isEqualTo(404);
    }
    assertThat(dora.get("/v3/spaces/" + theirSpace).detail()).isEqualTo("Space not found");
    assertThat(
            dora.post("/v3/routes/" + theirRoute + "/destinations", "{\"destinations\":[]}")
                .status())
        .isEqualTo(404);
    assertThat(dora.delete("/v3/spaces/" + theirSpace + "/routes?unmapped=true").status())
        .isEqualTo(404);
  }

  @Test
  void forbidsWhatOneSeesButMayNotDo() {
    ApiClient otto = controller.user("otto");
    Answer answer = otto.patch("/v3/spaces/" + ourSpace, "{\"name\":\"x\"}");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo(10003);
    assertThat(otto.delete("/v3/organizations/" + ours).status()).isEqualTo(403);
    assertThat(otto.post("/v3/domains", "{\"name\":\"x.example.org\"}").status()).isEqualTo(403);
    assertThat(controller.user("dora").delete("/v3/spaces/" + ourSpace).status()).isEqualTo(403);
    assertThat(controller.user("dora").patch("/v3/organizations/" + ours, "{}").status())
        .isEqualTo(403);
  }

  @Test
  void refersOnlyToWhatOneSees() {
    Answer answer =
        controller
            .user("mara")
            .post(
                "/v3/spaces",
                """
                {"name":"x","relationships":{"organization":{"data":{"guid":"%s"}}}}\
                """
                    .formatted(theirs));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.detail()).startsWith("Invalid organization.");
  }

  @Test
  void keepsAJobToWhoAskedForIt() {
    String space = controller.space("short-lived", ours);
    Answer promised = controller.user("mara").delete("/v3/spaces/" + space);
    String job = promised.header("Location").replaceFirst("^http://[^/]+", "");
    assertThat(controller.user("dora").get(job).status()).isEqualTo(404);
    assertThat(controller.user("mara").job(promised).at("/state")).isEqualTo("COMPLETE");
  }

  @Test
  void changesNothingInASuspendedOrg() {
    String org = controller.organization("suspended");
    String space = controller.space("dev", org);
    controller.role("organization_manager", "susi", "organization", org);
    controller.admin().patch("/v3/organizations/" + org, "{\"suspended\":true}");
    Answer answer = controller.user("susi").patch("/v3/spaces/" + space, "{\"name\":\"x\"}");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo(10017);
    assertThat(controller.user("susi").get("/v3/spaces/" + space).status()).isEqualTo(200);
  }

  @Test
  void letsOrgsBeMadeByTheirUsersOnlyWhenTheFlagSaysSo() {
    ApiClient nora = controller.user("nora");
    assertThat(nora.post("/v3/organizations", "{\"name\":\"noras\"}").status()).isEqualTo(403);
    controller.admin().patch("/v3/feature_flags/user_org_creation", "{\"enabled\":true}");
    String org = nora.create("/v3/organizations", "{\"name\":\"noras\"}");
    controller.admin().patch("/v3/feature_flags/user_org_creation", "{\"enabled\":false}");
    assertThat(nora.get("/v3/organizations/" + org).status()).isEqualTo(200);
    assertThat(nora.get("/v3/roles?organization_guids=" + org).text())
        .contains("organization_manager")
        .contains("organization_user");
  }
}
