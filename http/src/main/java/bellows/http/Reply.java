package bellows.http;

import bellows.base.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer: status, headers, body.
 *
 * @param headers names as they are to be sent
 */
public record Reply(int status, Map<String, String> headers, Body body) {
  /** Writes the body; called once, on the request's thread. */
  @FunctionalInterface
  public interface Body {
    void writeTo(OutputStream out) throws IOException;
  }

  public Reply {
    headers = Map.copyOf(headers);
  }

  /** A JSON body; {@code value} is any record, map or tree that {@link Json} writes. */
  public static Reply json(int status, Object value) {
    byte[] bytes = Json.bytes(value);
    return new Reply(
        status,
        Map.of(
            "Content-Type",
            "application/json; charset=utf-8",
            "Content-Length",
            Integer.toString(bytes.length)),
        out -> out.write(bytes));
  }

  /** 200 with a JSON body. */
  public static Reply ok(Object value) {
    return json(200, value);
  }

  /** No body. */
  public static Reply empty(int status) {
    return new Reply(status, Map.of(), out -> {});
  }

  public static Reply text(int status, String contentType, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Reply(status, Map.of("Content-Type", contentType), out -> out.write(bytes));
  }

  /** Streams {@code content} and closes it. */
  public static Reply stream(int status, String contentType, InputStream content) {
    return new Reply(
        status,
        Map.of("Content-Type", contentType),
        out -> {
          try (content) {
            content.transferTo(out);
          }
        });
  }

  /** The same answer with one header more. */
  public Reply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, more, body);
  }
}
