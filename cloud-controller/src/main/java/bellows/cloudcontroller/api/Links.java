package bellows.cloudcontroller.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes absolute links.
 *
 * @param base scheme, host and port
 */
public record Links(String base) {
  /**
   * The absolute URL of a path.
   *
   * @param path with {@code %s} for each of {@code guids}, which are escaped
   */
  public String url(String path, String... guids) {
    Object[] escaped = new Object[guids.length];
    for (int i = 0; i < guids.length; i++) {
      escaped[i] = URLEncoder.encode(guids[i], StandardCharsets.UTF_8).replace("+", "%20");
    }
    return base + (guids.length == 0 ? path : path.formatted(escaped));
  }

  /** {@code {"href": url}}. */
  public Map<String, Object> link(String path, String... guids) {
    Map<String, Object> link = new LinkedHashMap<>();
    link.put("href", url(path, guids));
    return link;
  }

  /** {@code {"href": url, "method": method}}, for what is not read by GET. */
  public Map<String, Object> action(String method, String path, String... guids) {
    Map<String, Object> link = link(path, guids);
    link.put("method", method);
    return link;
  }
}
