package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
import bellows.router.http1.ChunkEncoder;
import bellows.router.http1.Flaw;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.HostName;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP/1 frames the messages of one client's connection, one exchange after the other; {@link
 * ClientConnection} has the connection itself.
 */
final class Http1Client implements Client {
  private final Lane lane;
  private final ClientConnection connection;
  private final Channel channel;
  private final HostNames hosts = new HostNames();
  private final BodyDecoder requestBody = new BodyDecoder();
  private final ChunkEncoder chunks = new ChunkEncoder();
  private ResponseWriter.Framing framing = ResponseWriter.Framing.AS_ANNOUNCED;

  Http1Client(Lane lane, ClientConnection connection, Channel channel) {
    this.lane = lane;
    this.connection = connection;
    this.channel = channel;
  }

  @Override
  public Peer peer() {
    return connection.peer();
  }

  @Override
  public HostName host(RequestHead head) {
    return hosts.of(head);
  }

  // The request.

  /** A chunked body with a flaw in what has come is refused before anyone hears of it. */
  @Override
  public @Nullable Flaw beginBody(RequestHead head) {
    requestBody.framedBy(head);
    ByteBuf input = connection.input();
    if (!head.isChunked() || !input.isReadable()) {
      return null;
    }
    BodyDecoder probe = lane.probe();
    probe.chunked();
    int start = input.readerIndex();
    skip(probe, input);
    input.readerIndex(start);
    return probe.flaw();
  }

  @Override
  public @Nullable ByteBuf takeBody() {
    ByteBuf input = connection.input();
    int data = requestBody.available(input);
    if (data == 0) {
      connection.releaseInput();
      return null;
    }
    ByteBuf piece = input.readRetainedSlice(data);
    requestBody.took(data);
    return piece;
  }

  @Override
  public boolean isBodyEnded() {
    return requestBody.isEnded();
  }

  @Override
  public @Nullable Flaw bodyFlaw() {
    return requestBody.flaw();
  }

  @Override
  public boolean skipBody() {
    skip(requestBody, connection.input());
    return requestBody.isEnded();
  }

  private static void skip(BodyDecoder body, ByteBuf input) {
    for (int data = body.available(input); data > 0; data = body.available(input)) {
      input.skipBytes(data);
      body.took(data);
    }
  }

  @Override
  public void pauseReading() {
    connection.pauseReading();
  }

  @Override
  public void resumeReading() {
    connection.resumeReading();
  }

  @Override
  public long lastReadNanos() {
    return connection.lastReadNanos();
  }

  // The response.

  @Override
  public void writeInterim(ResponseHead response) {
    AsciiWriter writer = lane.writer();
    ResponseWriter.writeInterim(writer, response);
    write(writer);
  }

  @Override
  public boolean beginResponse(
      ResponseHead response,
      AccessRecord record,
      boolean bodyIsAnnounced,
      boolean keeps,
      @Nullable String cookie) {
    if (bodyIsAnnounced) {
      framing = ResponseWriter.Framing.AS_ANNOUNCED;
    } else if (record.head.isHttp11()) {
      framing = ResponseWriter.Framing.CHUNKED;
    } else {
      framing = ResponseWriter.Framing.CLOSE;
    }
    chunks.reset();
    boolean kept = keeps && record.head.keepsAlive() && framing != ResponseWriter.Framing.CLOSE;
    AsciiWriter writer = lane.writer();
    ResponseWriter.write(
        writer,
        response,
        record,
        framing,
        kept ? ResponseWriter.Connection.KEPT : ResponseWriter.Connection.CLOSED,
        cookie);
    write(writer);
    return kept;
  }

  @Override
  public void beginTunnel(ResponseHead response, AccessRecord record, @Nullable String cookie) {
    framing = ResponseWriter.Framing.AS_ANNOUNCED;
    requestBody.untilClose();
    AsciiWriter writer = lane.writer();
    ResponseWriter.write(
        writer, response, record, framing, ResponseWriter.Connection.TUNNEL, cookie);
    write(writer);
  }

  @Override
  public void writeBody(ByteBuf data) {
    if (framing == ResponseWriter.Framing.CHUNKED) {
      write(chunks.before(channel.alloc(), data.readableBytes()));
    }
    write(data);
  }

  /**
   * Trailers are dropped: RFC 9110 section 6.5.1 lets only a recipient that knows them keep them.
   */
  @Override
  public void endWithTrailers(ResponseHead trailers) {
    endBody();
  }

  @Override
  public void endBody() {
    if (framing == ResponseWriter.Framing.CHUNKED) {
      write(chunks.last(channel.alloc()));
    }
  }

  @Override
  public void answer(AsciiWriter whole) {
    write(whole);
    flush();
  }

  private void write(AsciiWriter writer) {
    ByteBuf out = channel.alloc().directBuffer(writer.length());
    writer.copyTo(out);
    write(out);
  }

  /** A write that fails ends its channel, and that is what we hear of. */
  private void write(ByteBuf bytes) {
    var _ = channel.write(bytes, channel.voidPromise());
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public long lastWritableNanos(long now) {
    return connection.lastWritableNanos(now);
  }

  // The end.

  /** By a usual end a client would take an answer without a length for complete. */
  @Override
  public void breakOff() {
    flush();
    if (framing == ResponseWriter.Framing.CLOSE) {
      connection.reset();
    } else {
      connection.abort();
    }
  }

  @Override
  public void abort() {
    connection.abort();
  }

  @Override
  public void exchangeDone(boolean keep) {
    connection.exchangeDone(keep);
  }

  @Override
  public void tunnelDone() {
    connection.closeAfterTunnel();
  }
}
