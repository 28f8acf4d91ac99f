package bellows.cli.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What came back.
 *
 * @param headers names in lower case
 */
public record Answer(int status, Map<String, List<String>> headers, byte[] body) {
  public boolean successful() {
    return status >= 200 && status < 300;
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The null value when the body is not JSON. */
  public Json json() {
    return Json.tryParse(text()).orElse(Json.of(null));
  }

  /** The first value; empty when there is none. */
  public String header(String lowerCaseName) {
    List<String> values = headers.getOrDefault(lowerCaseName, List.of());
    return values.isEmpty() ? "" : values.getFirst();
  }
}
