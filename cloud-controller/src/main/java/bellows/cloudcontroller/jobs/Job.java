package bellows.cloudcontroller.jobs;

import bellows.base.json.Json;
import tools.jackson.databind.JsonNode;

/**
 * A job that was claimed.
 *
 * @param userGuid who asked for it
 * @param work what is to be done
 * @param attempt 1 the first time
 */
public record Job(String guid, String operation, String userGuid, JsonNode work, int attempt) {
  /** The object that was given to {@link Jobs#enqueue}. */
  public <T> T work(Class<T> type) {
    return Json.MAPPER.treeToValue(work, type);
  }

  /** Without the work, which may hold secrets. */
  @Override
  public String toString() {
    return "Job[" + guid + ", " + operation + ", attempt " + attempt + "]";
  }
}
