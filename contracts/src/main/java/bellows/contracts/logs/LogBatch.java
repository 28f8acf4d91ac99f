package bellows.contracts.logs;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/** Subject bellows.logs: lines in the order in which their stream wrote them. Ours. */
public record LogBatch(List<Line> lines) {
  public LogBatch {
    lines = Objects.requireNonNullElse(lines, List.of());
  }

  /**
   * @param app the app's guid, the source id of log-cache
   * @param timestampNanos since 1970
   * @param sourceType {@code APP/PROC/WEB}, {@code STG}, {@code RTR}, {@code API}, {@code CELL}
   * @param instanceId the index as text, "0" where there is none
   * @param stderr true for ERR, false for OUT
   * @param text without the line end
   */
  public record Line(
      String app,
      @JsonProperty("timestamp") long timestampNanos,
      @JsonProperty("source_type") String sourceType,
      @JsonProperty("instance_id") String instanceId,
      boolean stderr,
      String text) {}

  /** One line alone. */
  public static LogBatch of(Line line) {
    return new LogBatch(List.of(line));
  }
}
