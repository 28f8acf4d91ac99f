package bellows.router.accesslog;

import bellows.contracts.logs.LogBatch;
import bellows.router.http1.AsciiWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The access log's end on one event loop: collects lines and hands them over in large pieces. */
public final class LogLane {
  private static final int PIECE_BYTES = 32 * 1024;
  private static final int LINE_BYTES = 1024;
  private static final int BATCH_LINES = 256;

  /** Well below the longest message of the bus. */
  private static final int BATCH_BYTES = 128 * 1024;

  private final AccessLog log;
  private final LineFormat format;
  private final LineFormat appFormat;
  private final TcpLines tcpLines = new TcpLines();
  private final AsciiWriter piece = new AsciiWriter(2 * PIECE_BYTES);
  private final AsciiWriter line = new AsciiWriter(LINE_BYTES);
  private List<LogBatch.Line> lines = new ArrayList<>();
  private int lineBytes;

  public LogLane(AccessLog log) {
    this.log = log;
    this.format = log.fileFormat();
    this.appFormat = log.appFormat();
  }

  public void add(AccessRecord record) {
    boolean ofApp = record.endpoint != null && !record.endpoint.identity().app().isEmpty();
    if (!log.hasFile() && !ofApp) {
      return;
    }
    if (ofApp) {
      addAppLine(record);
    }
    if (log.hasFile()) {
      if (ofApp && log.writesText()) {
        piece.put(line.bytes(), 0, line.length());
      } else {
        format.write(piece, record);
      }
      endLine();
    }
  }

  public void add(TcpRecord record) {
    boolean ofApp = !record.app().isEmpty();
    if (ofApp) {
      line.clear();
      tcpLines.text(line, record);
      addLine(
          record.app(), record.instanceIndex(), record.arrivedUnixNanos() + record.totalNanos());
    }
    if (log.hasFile()) {
      if (ofApp && log.writesText()) {
        piece.put(line.bytes(), 0, line.length());
      } else if (log.writesText()) {
        tcpLines.text(piece, record);
      } else {
        tcpLines.json(piece, record);
      }
      endLine();
    }
  }

  private void endLine() {
    piece.put((byte) '\n');
    if (piece.length() >= PIECE_BYTES) {
      handOverPiece();
    }
  }

  private void addAppLine(AccessRecord record) {
    if (record.endpoint == null) {
      return;
    }
    line.clear();
    appFormat.write(line, record);
    addLine(
        record.endpoint.identity().app(),
        record.endpoint.identity().instanceIndex(),
        record.arrivedUnixNanos + record.totalNanos);
  }

  /** For the app, what has just been written. */
  private void addLine(String app, String index, long unixNanos) {
    String text = new String(line.bytes(), 0, line.length(), StandardCharsets.ISO_8859_1);
    lines.add(new LogBatch.Line(app, unixNanos, "RTR", index.isEmpty() ? "0" : index, false, text));
    lineBytes += text.length();
    if (lines.size() == BATCH_LINES || lineBytes >= BATCH_BYTES) {
      handOverLines();
    }
  }

  /** Hands over what has been collected; called every so often. */
  public void flush() {
    if (piece.length() > 0) {
      handOverPiece();
    }
    if (!lines.isEmpty()) {
      handOverLines();
    }
  }

  private void handOverPiece() {
    log.write(ByteBuffer.wrap(Arrays.copyOf(piece.bytes(), piece.length())));
    piece.clear();
  }

  private void handOverLines() {
    log.publish(new LogBatch(lines));
    lines = new ArrayList<>();
    lineBytes = 0;
  }
}
