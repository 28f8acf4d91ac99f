package bellows.cli.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What came back. */
public final class Answer {
  private final int status;
  private final Map<String, List<String>> headers;
  private final byte[] body;

  /**
   * @param headers names in lower case
   */
  Answer(int status, Map<String, List<String>> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  public int status() {
    return status;
  }

  /** By name in lower case. */
  public Map<String, List<String>> headers() {
    return headers;
  }

  public byte[] body() {
    return body;
  }

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
