package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import java.util.Arrays;

/**
 * Lines for the logs of apps, as the JSON of a {@link bellows.contracts.logs.LogBatch}. Written by
 * hand, as an object and a text for each line, and their way through a generator, are a part of
 * each request's cost that can be seen (docs/decisions/0016). For one event loop.
 */
final class AppLines {
  /**
   * With one more line, which has 200 KB at most (a URI of 20,000 bytes and its headers, escaped
   * twice), still well below the longest message of the bus.
   */
  private static final int BATCH_BYTES = 128 * 1024;

  private final AsciiWriter out = new AsciiWriter(1024);

  /**
   * @param index of the instance; "" where it has told none
   * @param line without its end
   */
  void add(String app, String index, long unixNanos, AsciiWriter line) {
    out.put(isEmpty() ? "{\"lines\":[" : ",").put("{\"app\":\"");
    Fields.text(out, Escape.JSON, app);
    out.put("\",\"timestamp\":").decimal(unixNanos);
    out.put(",\"source_type\":\"RTR\",\"instance_id\":\"");
    Fields.text(out, Escape.JSON, index.isEmpty() ? "0" : index);
    out.put("\",\"stderr\":false,\"text\":\"");
    Escape.JSON.put(out, line.bytes(), 0, line.length());
    out.put("\"}");
  }

  boolean isEmpty() {
    return out.length() == 0;
  }

  boolean isFull() {
    return out.length() >= BATCH_BYTES;
  }

  /** A message with all lines so far, which are forgotten. */
  byte[] take() {
    out.put("]}");
    byte[] message = Arrays.copyOf(out.bytes(), out.length());
    out.clear();
    return message;
  }
}
