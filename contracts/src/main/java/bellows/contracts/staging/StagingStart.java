package bellows.contracts.staging;

import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Subject staging.&lt;dea id&gt;.start: turn a package into a droplet. Two replies on one inbox:
 * {@link StagingReply} when the container is ready, and when the work is done
 * (reference/messages.md, section 1.7).
 *
 * @param downloadUri signed address of the package, a zip
 * @param uploadUri signed address for the droplet, PUT of a gzipped tar
 * @param cacheDownloadUri signed address of the build cache, 404 when there is none yet
 * @param cacheUploadUri signed address to PUT the build cache
 * @param adminBuildpacks in order of preference
 * @param startMessage absent: unlike in the historic contract our DEA never starts the app by
 *     itself, placements do
 * @param timeoutSeconds ours: the time limit of the whole task
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StagingStart(
    @JsonProperty("app_id") AppGuid app,
    @JsonProperty("task_id") TaskId task,
    String stack,
    Properties properties,
    @JsonProperty("download_uri") String downloadUri,
    @JsonProperty("upload_uri") String uploadUri,
    @JsonProperty("buildpack_cache_download_uri") String cacheDownloadUri,
    @JsonProperty("buildpack_cache_upload_uri") String cacheUploadUri,
    @JsonProperty("admin_buildpacks") List<AdminBuildpack> adminBuildpacks,
    @JsonProperty("start_message") @Nullable StartInstance startMessage,
    @JsonProperty("egress_network_rules") @Nullable List<JsonNode> egressRules,
    @JsonProperty("memory_limit") int memoryLimitMb,
    @JsonProperty("disk_limit") int diskLimitMb,
    @JsonProperty("timeout_in_seconds") int timeoutSeconds) {
  public StagingStart {
    adminBuildpacks = Objects.requireNonNullElse(adminBuildpacks, List.of());
  }

  /**
   * @param services as in {@link StartInstance}
   * @param environment {@code K=V}: staging group, the app's own, CF_STACK
   * @param buildpacks ours: the wanted buildpacks in order, each the name of an admin buildpack or
   *     a git or zip address; empty means detect
   * @param vcapApplication ours: content of VCAP_APPLICATION
   */
  public record Properties(
      List<JsonNode> services,
      StartInstance.Limits resources,
      List<String> environment,
      List<String> buildpacks,
      @JsonProperty("vcap_application") JsonNode vcapApplication) {
    public Properties {
      services = Objects.requireNonNullElse(services, List.of());
      environment = Objects.requireNonNullElse(environment, List.of());
      buildpacks = Objects.requireNonNullElse(buildpacks, List.of());
    }
  }

  /**
   * @param key content id: the name of its folder in the DEA's cache
   * @param url signed address of its zip
   * @param name ours: what people call it
   */
  public record AdminBuildpack(String key, String url, String name) {}
}
