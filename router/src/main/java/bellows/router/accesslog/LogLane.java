package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The access log's end on one event loop: collects lines and hands them over in large pieces. */
public final class LogLane {
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int LINE_BYTES = 1024;

  private final AccessLog log;
  private final LineFormat format;
  private final LineFormat appFormat;
  private final TcpLines tcpLines = new TcpLines();
  private final AsciiWriter piece = new AsciiWriter(2 * PIECE_BYTES);
  private final AsciiWriter line = new AsciiWriter(LINE_BYTES);
  private final AppLines appLines = new AppLines();

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
    appLines.add(app, index, unixNanos, line);
    if (appLines.isFull()) {
      log.publish(appLines.take());
    }
  }

  /** Hands over what has been collected; called every so often. */
  public void flush() {
    if (piece.length() > 0) {
      handOverPiece();
    }
    if (!appLines.isEmpty()) {
      log.publish(appLines.take());
    }
  }

  private void handOverPiece() {
    log.write(ByteBuffer.wrap(Arrays.copyOf(piece.bytes(), piece.length())));
    piece.clear();
  }
}
