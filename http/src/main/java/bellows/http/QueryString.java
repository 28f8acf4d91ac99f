package bellows.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decodes {@code a=1&b=2}, the form of queries and of form bodies. */
public final class QueryString {
  private QueryString() {}

  /**
   * The values by key in the order sent; a key without value has the value "".
   *
   * @throws CfError 400 when an escape is malformed
   */
  public static Map<String, List<String>> parse(String raw) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    if (raw.isEmpty()) {
      return values;
    }
    for (String pair : raw.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String key = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      values.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(value);
    }
    return Collections.unmodifiableMap(values);
  }

  private static String decode(String escaped) {
    try {
      return URLDecoder.decode(escaped, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CfError.Kind.BAD_REQUEST.because("Bad request: malformed escape in the query");
    }
  }
}
