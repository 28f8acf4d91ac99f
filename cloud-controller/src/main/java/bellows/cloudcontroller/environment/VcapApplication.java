package bellows.cloudcontroller.environment;

import bellows.contracts.dea.StartInstance.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of VCAP_APPLICATION as the controller knows it (reference/api.md, section 4.2, app
 * env); the DEA adds what belongs to one instance.
 */
public final class VcapApplication {
  /** Open files that an instance may have. */
  public static final int OPEN_FILES = 16_384;

  private final String apiUrl;

  /**
   * @param apiUrl how apps reach the API
   */
  public VcapApplication(String apiUrl) {
    this.apiUrl = apiUrl;
  }

  /**
   * What every process of the app sees.
   *
   * @param limits null leaves memory and disk out, as they differ between processes
   */
  public Map<String, Object> ofApp(AppFacts app, @Nullable Limits limits) {
    Map<String, Object> limit = new LinkedHashMap<>();
    limit.put("fds", limits == null ? OPEN_FILES : limits.fds());
    if (limits != null) {
      limit.put("mem", limits.mem());
      limit.put("disk", limits.disk());
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("cf_api", apiUrl);
    content.put("limits", limit);
    content.put("application_name", app.appName());
    content.put("application_uris", app.uris());
    content.put("name", app.appName());
    content.put("space_name", app.spaceName());
    content.put("space_id", app.spaceGuid());
    content.put("organization_id", app.organizationGuid());
    content.put("organization_name", app.organizationName());
    content.put("uris", app.uris());
    content.put("users", null);
    content.put("application_id", app.appGuid());
    return content;
  }

  /** What one process sees. */
  public Map<String, Object> ofProcess(
      AppFacts app, Limits limits, String processGuid, String processType, String version) {
    Map<String, Object> content = ofApp(app, limits);
    content.put("process_id", processGuid);
    content.put("process_type", processType);
    content.put("version", version);
    content.put("application_version", version);
    return content;
  }
}
