package bellows.uaa.protocol;

import bellows.http.QueryString;
import bellows.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of a form body. */
public final class Form {
  private static final int LIMIT_BYTES = 64 * 1024;

  private final Map<String, List<String>> fields;

  private Form(Map<String, List<String>> fields) {
    this.fields = fields;
  }

  /**
   * @throws UaaError when a field comes twice, which RFC 6749 (3.2) forbids
   */
  public static Form of(Request request) {
    Map<String, List<String>> fields =
        QueryString.parse(new String(request.body(LIMIT_BYTES), StandardCharsets.UTF_8));
    fields.forEach((name, values) -> {
      if (values.size() > 1) {
        throw UaaError.Kind.INVALID_REQUEST.because("Parameter given more than once: " + name);
      }
    });
    return new Form(fields);
  }

  public Optional<String> find(String name) {
    return Optional.ofNullable(fields.get(name)).map(List::getFirst);
  }

  /**
   * @throws UaaError when it is missing or empty
   */
  public String require(String name) {
    return find(name)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> UaaError.Kind.INVALID_REQUEST.because("Missing parameter: " + name));
  }
}
