package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lines for the logs of apps, as the JSON of a {@link bellows.contracts.logs.LogBatch}. Written by
 * hand: objects, and a generator that escapes each line's twenty quotes on its own, took a tenth of
 * what a small request costs. For one event loop.
 */
final class AppLines {
  /** Well below the longest message of the bus, which the last line may come near to. */
  private static final int BATCH_BYTES = 128 * 1024;

  private static final byte[] BEGIN = ascii("{\"lines\":[");
  private static final byte[] APP = ascii("{\"app\":\"");
  private static final byte[] TIMESTAMP = ascii("\",\"timestamp\":");
  private static final byte[] INSTANCE = ascii(",\"source_type\":\"RTR\",\"instance_id\":\"");
  private static final byte[] TEXT = ascii("\",\"stderr\":false,\"text\":\"");
  private static final byte[] END_OF_LINE = ascii("\"}");
  private static final byte[] END = ascii("]}");

  private final AsciiWriter out = new AsciiWriter(1024);

  /**
   * @param index of the instance; "" where it has told none
   * @param line without its end
   */
  void add(String app, String index, long unixNanos, AsciiWriter line) {
    if (out.length() == 0) {
      out.put(BEGIN);
    } else {
      out.put((byte) ',');
    }
    out.put(APP);
    Fields.text(out, Escape.JSON, app);
    out.put(TIMESTAMP).decimal(unixNanos).put(INSTANCE);
    Fields.text(out, Escape.JSON, index.isEmpty() ? "0" : index);
    out.put(TEXT);
    Escape.JSON.put(out, line.bytes(), 0, line.length());
    out.put(END_OF_LINE);
  }

  boolean isEmpty() {
    return out.length() == 0;
  }

  boolean isFull() {
    return out.length() >= BATCH_BYTES;
  }

  /** A message with all lines so far, which are forgotten. */
  byte[] take() {
    out.put(END);
    byte[] message = Arrays.copyOf(out.bytes(), out.length());
    out.clear();
    return message;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
