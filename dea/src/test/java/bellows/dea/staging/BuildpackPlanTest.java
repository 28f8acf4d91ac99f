package bellows.dea.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.json.Json;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingStart;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildpackPlanTest {
  private static BuildpackPlan of(String... wanted) {
    return BuildpackPlan.of(
        new StagingStart(
            new AppGuid("a"),
            new TaskId("t"),
            "debian",
            new StagingStart.Properties(
                List.of(),
                new StartInstance.Limits(1, 1, 1, null),
                List.of(),
                List.of(wanted),
                Json.object()),
            "d",
            "u",
            "c",
            "c",
            List.of(
                new StagingStart.AdminBuildpack("k1", "url", "node"),
                new StagingStart.AdminBuildpack("k2", "url", "python")),
            null,
            null,
            1,
            1,
            1));
  }

  @Test
  void asksAllInOrderWhenNoneIsNamed() {
    assertThat(of().text())
        .isEqualTo(
            """
            detect
            admin\tnode\t/home/vcap/.bellows/buildpacks/0
            admin\tpython\t/home/vcap/.bellows/buildpacks/1
            """);
    assertThat(of().key("python")).contains("k2");
  }

  @Test
  void fetchesAddressesAndHidesTheirSecretsInNames() {
    assertThat(
            of("python", "https://me:pw@git.test/bp#v1", "https://files.test/bp.zip?token=x")
                .text())
        .isEqualTo(
            """
            explicit
            admin\tpython\t/home/vcap/.bellows/buildpacks/0
            git\thttps://git.test/bp#v1\thttps://me:pw@git.test/bp#v1
            zip\thttps://files.test/bp.zip?token=x\thttps://files.test/bp.zip?token=x
            """);
  }

  @Test
  void refusesWhatIsNeitherNameNorAddress() {
    assertThatThrownBy(() -> of("ruby"))
        .hasMessage("no buildpack is called ruby (installed: node, python)");
    assertThatThrownBy(() -> of("https://x\tadmin\t/")).isInstanceOf(StagingFailure.class);
    assertThatThrownBy(() -> of("file:///etc")).isInstanceOf(StagingFailure.class);
  }
}
