package bellows.contracts.staging;

import bellows.contracts.ids.TaskId;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reply to {@link StagingStart}: the first says that the container is ready ({@code dropletSha1}
 * and {@code error} absent), the second how it ended.
 *
 * @param detectedBuildpack what detect printed
 * @param buildpackKey key of the admin buildpack used last
 * @param detectedStartCommand command of the web process
 * @param procfile commands by process type
 * @param error words for a human; set means failed
 * @param errorInfo wins over {@code error}
 * @param dropletSha256 ours
 * @param dropletBytes ours
 * @param buildpacks ours: what ran, in order
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StagingReply(
    @JsonProperty("task_id") TaskId task,
    @JsonProperty("task_streaming_log_url") @Nullable String logUrl,
    @JsonProperty("detected_buildpack") @Nullable String detectedBuildpack,
    @JsonProperty("buildpack_key") @Nullable String buildpackKey,
    @JsonProperty("droplet_sha1") @Nullable String dropletSha1,
    @JsonProperty("detected_start_command") @Nullable String detectedStartCommand,
    @Nullable Map<String, String> procfile,
    @Nullable String error,
    @JsonProperty("error_info") @Nullable ErrorInfo errorInfo,
    @JsonProperty("droplet_sha256") @Nullable String dropletSha256,
    @JsonProperty("droplet_bytes") @Nullable Long dropletBytes,
    @Nullable List<UsedBuildpack> buildpacks) {

  /**
   * @param type NoAppDetectedError, BuildpackCompileFailed, BuildpackReleaseFailed, StagingError,
   *     StagingTimeExpired, InsufficientResources
   */
  public record ErrorInfo(String type, String message) {}

  /** A buildpack that took part. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record UsedBuildpack(
      String name,
      @JsonProperty("detect_output") @Nullable String detectOutput,
      @Nullable String version) {}

  /** The container is ready. */
  public static StagingReply ready(TaskId task) {
    return new StagingReply(task, null, null, null, null, null, null, null, null, null, null, null);
  }

  /** It failed; {@code type} as in {@link ErrorInfo}. */
  public static StagingReply failed(TaskId task, String type, String message) {
    return new StagingReply(
        task,
        null,
        null,
        null,
        null,
        null,
        null,
        message,
        new ErrorInfo(type, message),
        null,
        null,
        null);
  }
}
