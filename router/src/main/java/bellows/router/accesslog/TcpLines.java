package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;

/**
 * Writes a connection of a TCP route in the places and under the names that {@link AccessLine} and
 * {@link AccessJson} have for the same things of a request. For one event loop.
 */
final class TcpLines {
  private final Timestamp timestamp = new Timestamp();

  void text(AsciiWriter out, TcpRecord record) {
    out.put((byte) ':').decimal(record.port()).put(" - [");
    timestamp.write(out, record.arrivedUnixNanos());
    out.put("] \"TCP\" - ").decimal(record.requestBytes()).put((byte) ' ');
    out.decimal(record.responseBytes()).put(" \"-\" \"-\" ");
    quoted(out, record.remote());
    out.put((byte) ' ');
    quoted(out, record.backend());
    out.put(" connection_time:");
    Fields.seconds(out, record.totalNanos());
    out.put(" app_id:");
    quoted(out, record.app());
    out.put(" app_index:");
    quoted(out, record.instanceIndex());
    out.put(" instance_id:");
    quoted(out, record.instanceId());
    if (record.failedAttempts() > 0) {
      out.put(" failed_attempts:").decimal(record.failedAttempts());
    }
    out.put(" x_cf_routererror:");
    quoted(out, record.error());
  }

  void json(AsciiWriter out, TcpRecord record) {
    out.put("{\"timestamp\":\"");
    timestamp.write(out, record.arrivedUnixNanos());
    out.put("\",\"protocol\":\"TCP\",\"port\":").decimal(record.port());
    out.put(",\"request_bytes\":").decimal(record.requestBytes());
    out.put(",\"response_bytes\":").decimal(record.responseBytes());
    out.put(",\"remote\":");
    orNull(out, record.remote());
    out.put(",\"backend\":");
    orNull(out, record.backend());
    out.put(",\"connection_time\":");
    Fields.seconds(out, record.totalNanos());
    out.put(",\"app_id\":");
    orNull(out, record.app());
    out.put(",\"app_index\":");
    orNull(out, record.instanceIndex());
    out.put(",\"instance_id\":");
    orNull(out, record.instanceId());
    out.put(",\"failed_attempts\":").decimal(record.failedAttempts());
    out.put(",\"x_cf_routererror\":");
    orNull(out, record.error());
    out.put((byte) '}');
  }

  private static void quoted(AsciiWriter out, String text) {
    out.put((byte) '"');
    Fields.text(out, Escape.TEXT, text.isEmpty() ? "-" : text);
    out.put((byte) '"');
  }

  private static void orNull(AsciiWriter out, String text) {
    if (text.isEmpty()) {
      out.put("null");
    } else {
      out.put((byte) '"');
      Fields.text(out, Escape.JSON, text);
      out.put((byte) '"');
    }
  }
}
