package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.Flaw;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.http2.HeadFields;
import bellows.router.http2.HeadText;
import bellows.router.routes.HostName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client's connection. A body that is not taken stays here, and the client's window
 * closed; what is written waits in Netty's flow control while that of the client is.
 */
final class Http2Client implements Client {
  private static final int SWITCHED = 200;
  private static final int WAITING_BYTES = 4096;

  private final Lane lane;
  private final Http2Front front;
  private final Http2Stream stream;
  private final ArrayDeque<ByteBuf> input = new ArrayDeque<>(2);
  private @Nullable Exchange exchange;
  private @Nullable Http2Headers head;
  private @Nullable ByteBuf data;
  private boolean waitsForStart;
  private boolean inputEnded;
  private boolean tunnel;
  private long lastReadNanos;
  private long lastWritableNanos;
  private int position;

  Http2Client(Lane lane, Http2Front front, Http2Stream stream) {
    this.lane = lane;
    this.front = front;
    this.stream = stream;
    this.lastReadNanos = lane.coarseNow();
    this.lastWritableNanos = lane.coarseNow();
  }

  // What comes from the client.

  void begin(Http2Headers headers, boolean ends) throws Http2Exception {
    inputEnded = ends;
    AsciiWriter text = lane.writer();
    if (!HeadText.writeRequest(text, headers, ends, lane.randomness())) {
      lane.shared().counters().refused(Flaw.HTTP2_FIELDS);
      throw Http2Exception.streamError(
          stream.id(), Http2Error.PROTOCOL_ERROR, Flaw.HTTP2_FIELDS.text());
    }
    Exchange next = lane.exchange();
    exchange = next;
    RequestHead into = next.begin(this);
    if (text.length() > lane.shared().limits().headBytes()) {
      next.refuse(Flaw.HEADER_TOO_LARGE);
    } else {
      into.load(text);
      waitsForStart = true;
    }
  }

  /** All that came with the head has been read; a client may have taken it back in that. */
  void start() {
    if (waitsForStart && exchange != null) {
      waitsForStart = false;
      front.budget().earnByRequest();
      exchange.start();
    }
  }

  /** A piece of the body came; may be empty. */
  void bodyRead(ByteBuf piece, boolean ends) {
    lastReadNanos = lane.coarseNow();
    inputEnded |= ends;
    if (exchange == null || !piece.isReadable()) {
      front.consumed(stream, piece.readableBytes());
      piece.release();
      pump();
      return;
    }
    input.addLast(piece);
    pump();
    if (!input.isEmpty()) {
      copyLast();
    }
  }

  /** What waits is copied: a slice would hold all that was read with it, however small it is. */
  private void copyLast() {
    ByteBuf piece = input.removeLast();
    ByteBuf copy = input.peekLast();
    if (copy == null || copy.writableBytes() < piece.readableBytes()) {
      copy = front.context().alloc().directBuffer(Math.max(WAITING_BYTES, piece.readableBytes()));
      input.addLast(copy);
    }
    copy.writeBytes(piece);
    piece.release();
  }

  /** The body ended with trailers, which nobody gets. */
  void bodyEnded() {
    inputEnded = true;
    pump();
  }

  private void pump() {
    Exchange current = exchange;
    if (current == null) {
      return;
    }
    current.clientRead();
    current.clientReadComplete();
    if (tunnel && isBodyEnded() && exchange == current) {
      exchange = null;
      current.clientGone();
      endBody();
      flush();
    }
  }

  /** The stream is over, whoever ended it. */
  void closed() {
    input.forEach(ByteBuf::release);
    input.clear();
    if (data != null) {
      data.release();
      data = null;
    }
    Exchange left = exchange;
    exchange = null;
    if (left == null) {
      return;
    }
    if (waitsForStart) {
      front.budget().chargeTakenBack();
      left.forget();
    } else {
      left.clientGone();
    }
  }

  void writabilityChanged() {
    lastWritableNanos = lane.coarseNow();
    if (exchange != null) {
      exchange.clientWritabilityChanged();
    }
  }

  void tick(long now) {
    if (exchange != null) {
      exchange.tick(now);
    } else if (now - lastWritableNanos > lane.shared().timeouts().clientIdle().toNanos()) {
      abort(); // it does not take the rest of its answer
    }
  }

  boolean isBusy() {
    return exchange == null || !exchange.isTunnel();
  }

  int position() {
    return position;
  }

  void position(int newPosition) {
    position = newPosition;
  }

  // The request.

  @Override
  public Peer peer() {
    return front.peer();
  }

  @Override
  public HostName host(RequestHead request) {
    return front.hosts().of(request);
  }

  @Override
  public @Nullable Flaw beginBody(RequestHead request) {
    return null;
  }

  @Override
  public @Nullable ByteBuf takeBody() {
    ByteBuf piece = input.pollFirst();
    if (piece != null) {
      front.consumed(stream, piece.readableBytes());
    }
    return piece;
  }

  @Override
  public boolean isBodyEnded() {
    return inputEnded && input.isEmpty();
  }

  /** Netty has compared it with its announced length. */
  @Override
  public @Nullable Flaw bodyFlaw() {
    return null;
  }

  @Override
  public boolean skipBody() {
    for (ByteBuf piece = takeBody(); piece != null; piece = takeBody()) {
      piece.release();
    }
    return true;
  }

  /** Its window closes by itself. */
  @Override
  public void pauseReading() {
    // What is not taken is not acknowledged.
  }

  @Override
  public void resumeReading() {
    lastReadNanos = lane.coarseNow();
  }

  @Override
  public long lastReadNanos() {
    return lastReadNanos;
  }

  // The response.

  @Override
  public void writeInterim(ResponseHead response) {
    AsciiWriter text = lane.writer();
    ResponseWriter.writeInterim(text, response);
    if (response.status() != 100 || !inputEnded) {
      writeHeaders(HeadFields.response(text, 0), false);
    }
  }

  @Override
  public boolean beginResponse(
      ResponseHead response,
      AccessRecord record,
      boolean bodyIsAnnounced,
      boolean keeps,
      @Nullable String cookie) {
    head = HeadFields.response(text(response, record, cookie), 0);
    return true;
  }

  private AsciiWriter text(ResponseHead response, AccessRecord record, @Nullable String cookie) {
    AsciiWriter text = lane.writer();
    ResponseWriter.write(
        text,
        response,
        record,
        ResponseWriter.Framing.AS_ANNOUNCED,
        tunnel ? ResponseWriter.Connection.TUNNEL : ResponseWriter.Connection.KEPT,
        cookie);
    return text;
  }

  @Override
  public void beginTunnel(ResponseHead response, AccessRecord record, @Nullable String cookie) {
    tunnel = true;
    writeHeaders(HeadFields.response(text(response, record, cookie), SWITCHED), false);
  }

  @Override
  public void writeBody(ByteBuf piece) {
    front.budget().earnByBytes(piece.readableBytes());
    writeWaiting(false);
    data = piece;
  }

  @Override
  public void endWithTrailers(ResponseHead trailers) {
    AsciiWriter text = lane.writer();
    ResponseWriter.writeInterim(text, trailers);
    Http2Headers fields = HeadFields.response(text, 0);
    fields.remove(Http2Headers.PseudoHeaderName.STATUS.value());
    writeWaiting(false);
    writeHeaders(fields, true);
    stopRequest();
  }

  @Override
  public void endBody() {
    if (head == null && data == null) {
      data = Unpooled.EMPTY_BUFFER;
    }
    writeWaiting(true);
  }

  /** What was held back so that the end of the stream can go with it. */
  private void writeWaiting(boolean ends) {
    Http2Headers headers = head;
    ByteBuf piece = data;
    head = null;
    data = null;
    if (headers != null) {
      writeHeaders(headers, ends && piece == null);
    }
    if (piece != null) {
      ChannelHandlerContext context = front.context();
      ChannelFuture written =
          front.encoder().writeData(context, stream.id(), piece, 0, ends, context.newPromise());
      if (ends && !inputEnded) {
        written.addListener(done -> stopRequest());
      }
    } else if (headers != null && ends && !inputEnded) {
      stopRequest();
    }
  }

  private void writeHeaders(Http2Headers headers, boolean ends) {
    ChannelHandlerContext context = front.context();
    var _ =
        front.encoder().writeHeaders(context, stream.id(), headers, 0, ends, context.newPromise());
  }

  /** RFC 9113 section 8.1: the answer is complete, so the rest of the request is of no use. */
  private void stopRequest() {
    if (!inputEnded && !stream.state().equals(Http2Stream.State.CLOSED)) {
      front.reset(stream, Http2Error.NO_ERROR);
    }
  }

  @Override
  public void answer(AsciiWriter whole) {
    int bodyStart = HeadFields.bodyStart(whole);
    head = HeadFields.response(whole, 0);
    if (whole.length() > bodyStart) {
      data =
          front
              .context()
              .alloc()
              .directBuffer(whole.length() - bodyStart)
              .writeBytes(whole.bytes(), bodyStart, whole.length() - bodyStart);
    }
    writeWaiting(true);
    front.flushSoon();
  }

  @Override
  public void flush() {
    writeWaiting(false);
    front.flushSoon();
  }

  @Override
  public boolean isWritable() {
    return front.encoder().flowController().isWritable(stream);
  }

  @Override
  public long lastWritableNanos(long now) {
    return isWritable() ? now : lastWritableNanos;
  }

  // The end.

  @Override
  public void breakOff() {
    writeWaiting(false);
    front.reset(stream, Http2Error.INTERNAL_ERROR);
  }

  @Override
  public void abort() {
    front.reset(stream, Http2Error.CANCEL);
  }

  @Override
  public void exchangeDone(boolean keep) {
    exchange = null;
    lastWritableNanos = lane.coarseNow();
    skipBody();
    front.flushSoon();
  }

  @Override
  public void tunnelDone() {
    exchange = null;
    endBody();
    front.flushSoon();
  }
}
