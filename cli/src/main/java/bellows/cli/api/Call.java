package bellows.cli.api;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request.
 *
 * @param body null for none
 */
public record Call(String method, URI uri, Map<String, String> headers, @Nullable Body body) {
  /** What is sent; written anew at each attempt. */
  public sealed interface Body {
    /** Held in memory. */
    final class Bytes implements Body {
      private final byte[] bytes;

      public Bytes(byte[] bytes) {
        this.bytes = bytes;
      }

      public static Bytes of(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
      }

      byte[] bytes() {
        return bytes;
      }
    }

    /** Written while it is sent, its length unknown. */
    record Stream(Writer writer) implements Body {}

    /** Writes a body to the connection. */
    @FunctionalInterface
    interface Writer {
      void writeTo(OutputStream out) throws IOException;
    }
  }

  public static Call of(String method, URI uri) {
    return new Call(method, uri, Map.of(), null);
  }

  public Call with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Call(method, uri, more, body);
  }

  public Call with(String contentType, Body newBody) {
    return new Call(method, uri, with("Content-Type", contentType).headers, newBody);
  }
}
