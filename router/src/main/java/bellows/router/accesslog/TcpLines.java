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
    Fields.quotedOrDash(out, record.remote());
    out.put((byte) ' ');
    Fields.quotedOrDash(out, record.backend());
    out.put(" connection_time:");
    Fields.seconds(out, record.totalNanos());
    out.put(" app_id:");
    Fields.quotedOrDash(out, record.app());
    out.put(" app_index:");
    Fields.quotedOrDash(out, record.instanceIndex());
    out.put(" instance_id:");
    Fields.quotedOrDash(out, record.instanceId());
    if (record.failedAttempts() > 0) {
      out.put(" failed_attempts:").decimal(record.failedAttempts());
    }
    out.put(" x_cf_routererror:");
    Fields.quotedOrDash(out, record.error());
  }

  void json(AsciiWriter out, TcpRecord record) {
    out.put("{\"timestamp\":\"");
    timestamp.write(out, record.arrivedUnixNanos());
    out.put("\",\"protocol\":\"TCP\",\"port\":").decimal(record.port());
    out.put(",\"request_bytes\":").decimal(record.requestBytes());
    out.put(",\"response_bytes\":").decimal(record.responseBytes());
    out.put(",\"remote\":");
    Fields.quotedOrNull(out, record.remote());
    out.put(",\"backend\":");
    Fields.quotedOrNull(out, record.backend());
    out.put(",\"connection_time\":");
    Fields.seconds(out, record.totalNanos());
    out.put(",\"app_id\":");
    Fields.quotedOrNull(out, record.app());
    out.put(",\"app_index\":");
    Fields.quotedOrNull(out, record.instanceIndex());
    out.put(",\"instance_id\":");
    Fields.quotedOrNull(out, record.instanceId());
    out.put(",\"failed_attempts\":").decimal(record.failedAttempts());
    out.put(",\"x_cf_routererror\":");
    Fields.quotedOrNull(out, record.error());
    out.put((byte) '}');
  }
}
