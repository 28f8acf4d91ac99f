package bellows.cloudcontroller.builds;

import bellows.base.json.Json;
import bellows.cloudcontroller.environment.AppFacts;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.contracts.dea.StartInstance.Limits;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStart.AdminBuildpack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes what the stager shall have done, with blob keys in place of addresses. Pure. */
final class StagingRequests {
  private final VcapApplication vcapApplication;
  private final int timeoutSeconds;

  StagingRequests(VcapApplication vcapApplication, int timeoutSeconds) {
    this.vcapApplication = vcapApplication;
    this.timeoutSeconds = timeoutSeconds;
  }

  StagingStart request(
      Build build,
      String droplet,
      TaskId task,
      AppFacts app,
      Map<String, String> stagingGroup,
      Map<String, String> variables,
      List<AdminBuildpack> adminBuildpacks) {
    Limits limits =
        new Limits(build.memoryMb(), build.diskMb(), VcapApplication.OPEN_FILES, build.logRate());
    List<String> environment = new ArrayList<>();
    stagingGroup.forEach((name, value) -> environment.add(name + '=' + value));
    variables.forEach((name, value) -> environment.add(name + '=' + value));
    environment.add("CF_STACK=" + build.stack());
    String cache = "build-caches/" + build.app();
    return new StagingStart(
        new AppGuid(build.app()),
        task,
        build.stack(),
        new StagingStart.Properties(
            List.of(),
            limits,
            environment,
            build.buildpacks(),
            Json.MAPPER.valueToTree(vcapApplication.ofApp(app, limits))),
        "packages/" + build.appPackage(),
        "droplets/" + droplet,
        cache,
        cache,
        adminBuildpacks,
        null,
        null,
        build.memoryMb(),
        build.diskMb(),
        timeoutSeconds);
  }
}
