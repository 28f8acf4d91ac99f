package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.backend.BackendConnection;
import bellows.router.backend.BackendPool;
import bellows.router.backend.BackendUser;
import bellows.router.errors.BackendFailure;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
import bellows.router.http1.ChunkEncoder;
import bellows.router.http1.Flaw;
import bellows.router.http1.HeadScanner;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP/1.1 to an endpoint, over a connection of its own for the time of one attempt. */
final class Http1Upstream implements Upstream, BackendUser {
  private enum Phase {
    /** Nobody is connected, or nothing was asked yet. */
    IDLE,
    /** Asked; the final response's head is not complete. */
    HEAD,
    BODY
  }

  private final Lane lane;
  private final ResponseHead response;
  private final Upstream.User user;
  private final HeadScanner scanner = new HeadScanner();
  private final BodyDecoder body = new BodyDecoder();
  private final ChunkEncoder chunks = new ChunkEncoder();
  private Phase phase = Phase.IDLE;
  private BackendPool.@Nullable Dial dial;
  private @Nullable BackendConnection connection;
  private ByteBuf input = Unpooled.EMPTY_BUFFER;
  private boolean chunksOut;
  private boolean headMethod;
  private boolean maySleep;
  private boolean seen;
  private boolean excess;

  /**
   * @param response where heads are read into
   */
  Http1Upstream(Lane lane, ResponseHead response, Upstream.User user) {
    this.lane = lane;
    this.response = response;
    this.user = user;
  }

  // The way to the endpoint.

  @Override
  public void open(Endpoint endpoint, boolean fresh) {
    maySleep = endpoint.maySleep();
    BackendPool backends = lane.backends();
    BackendPool.Dial open = fresh ? backends.dial(endpoint, this) : backends.lease(endpoint, this);
    // A connection from the pool, or a failure, may have come already.
    if (open != null && open.isOpen()) {
      dial = open;
    }
  }

  @Override
  public void connected(BackendConnection newConnection) {
    dial = null;
    connection = newConnection;
    seen = false;
    scanner.reset();
    user.connected();
  }

  @Override
  public void dialFailed(Throwable cause) {
    dial = null;
    String message = cause.getMessage();
    user.upstreamFailed(
        BackendFailure.ofDial(cause), "dial: " + (message == null ? cause.toString() : message));
  }

  // The request.

  @Override
  public void writeHead(AccessRecord request, Endpoint endpoint) {
    phase = Phase.HEAD;
    chunksOut = request.head.isChunked();
    chunks.reset();
    excess = false;
    headMethod = request.head.method() == RequestHead.Method.HEAD;
    AsciiWriter writer = lane.writer();
    RequestWriter.write(writer, request, endpoint);
    ByteBuf out = channel().alloc().directBuffer(writer.length());
    writer.copyTo(out);
    write(out);
  }

  @Override
  public void writeBody(ByteBuf data) {
    if (chunksOut) {
      write(chunks.before(channel().alloc(), data.readableBytes()));
    }
    write(data);
  }

  @Override
  public void endBody() {
    if (chunksOut) {
      write(chunks.last(channel().alloc()));
    }
  }

  /** A write that fails ends its channel, and that is what we hear of. */
  private void write(ByteBuf bytes) {
    Channel channel = channel();
    var _ = channel.write(bytes, channel.voidPromise());
  }

  private Channel channel() {
    if (connection == null) {
      throw new IllegalStateException("not connected");
    }
    return connection.channel();
  }

  @Override
  public void flush() {
    if (connection != null) {
      connection.channel().flush();
    }
  }

  @Override
  public boolean isWritable() {
    return connection != null && connection.channel().isWritable();
  }

  @Override
  public void backendWritabilityChanged() {
    user.upstreamWritabilityChanged();
  }

  @Override
  public void pauseReading() {
    if (connection != null) {
      connection.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void resumeReading() {
    if (connection != null) {
      connection.channel().config().setAutoRead(true);
    }
  }

  // The response.

  @Override
  public void backendRead(ByteBuf bytes) {
    if (!seen) {
      seen = true;
      user.responseSeen();
    }
    switch (phase) {
      case HEAD -> {
        append(bytes);
        readHeads();
      }
      case BODY -> relay(bytes);
      case IDLE -> bytes.release();
    }
  }

  private void append(ByteBuf bytes) {
    if (!input.isReadable()) {
      input.release();
      input = bytes;
      return;
    }
    ByteBuf joined = channel().alloc().directBuffer(input.readableBytes() + bytes.readableBytes());
    joined.writeBytes(input).writeBytes(bytes);
    input.release();
    bytes.release();
    input = joined;
  }

  private void readHeads() {
    while (phase == Phase.HEAD) {
      int length = scanner.find(input);
      int size = length == HeadScanner.INCOMPLETE ? input.readableBytes() : length;
      if (size > lane.shared().limits().headBytes()) {
        fail(BackendFailure.MALFORMED_RESPONSE, "response header too large");
        return;
      }
      if (length == HeadScanner.INCOMPLETE) {
        return;
      }
      if (length == HeadScanner.MALFORMED || length == 2) {
        fail(BackendFailure.MALFORMED_RESPONSE, Flaw.BARE_LINE_FEED.text());
        return;
      }
      response.load(input, length);
      scanner.reset();
      Flaw flaw = response.parse(lane.shared().limits());
      if (flaw != null) {
        fail(BackendFailure.MALFORMED_RESPONSE, flaw.text());
        return;
      }
      headRead();
    }
  }

  private void headRead() {
    int status = response.status();
    if (status < 200 && status != 101) {
      user.responseHeadRead();
      return;
    }
    phase = Phase.BODY;
    if (status == 101) {
      body.untilClose();
    } else if (headMethod || status == 204 || status == 304) {
      body.none();
    } else if (framesByClose()) {
      body.untilClose();
    } else {
      body.framedBy(response);
    }
    BackendConnection speaking = connection;
    user.responseHeadRead();
    if (phase == Phase.BODY && connection == speaking) {
      ByteBuf rest = input;
      input = Unpooled.EMPTY_BUFFER;
      relay(rest);
    }
  }

  private boolean framesByClose() {
    return response.status() != 101 && !response.isChunked() && response.contentLength() < 0;
  }

  /** Passes on what belongs to the body, and takes note of its end. */
  private void relay(ByteBuf bytes) {
    for (int data = body.available(bytes); data > 0; data = body.available(bytes)) {
      ByteBuf piece = bytes.readRetainedSlice(data);
      body.took(data);
      user.responseBodyRead(piece);
    }
    excess = bytes.isReadable();
    bytes.release();
    Flaw flaw = body.flaw();
    if (phase != Phase.BODY) {
      return; // the client went away meanwhile
    }
    if (flaw != null) {
      fail(BackendFailure.MALFORMED_RESPONSE, flaw.text());
    } else if (body.isEnded()) {
      phase = Phase.IDLE;
      user.responseEnded();
    }
  }

  @Override
  public void backendReadComplete() {
    user.upstreamReadComplete();
  }

  // The end.

  @Override
  public void backendClosed(@Nullable Throwable cause) {
    BackendConnection closed = connection;
    Phase last = phase;
    connection = null;
    phase = Phase.IDLE;
    releaseInput();
    switch (last) {
      case HEAD -> {
        if (seen) {
          user.upstreamFailed(
              BackendFailure.MALFORMED_RESPONSE, "closed within the response header");
        } else if (closed != null && (closed.isUsedBefore() || maySleep)) {
          user.upstreamFailed(
              BackendFailure.STALE_CONNECTION, cause == null ? "EOF" : "connection reset");
        } else if (cause == null) {
          user.upstreamFailed(BackendFailure.END_OF_STREAM, "EOF");
        } else {
          user.upstreamFailed(BackendFailure.RESET, "connection reset");
        }
      }
      case BODY -> {
        if (cause == null && framesByClose()) {
          user.responseEnded();
        } else {
          user.responseCutShort();
        }
      }
      case IDLE -> {
        // Nothing is expected of it.
      }
    }
  }

  private void fail(BackendFailure failure, String detail) {
    discard();
    user.upstreamFailed(failure, detail);
  }

  @Override
  public void discard() {
    BackendConnection left = leave();
    if (left != null) {
      left.discard();
    }
  }

  @Override
  public void giveUp() {
    discard();
  }

  @Override
  public void discardAfterWriting() {
    BackendConnection left = leave();
    if (left != null) {
      left.closeAfterWriting();
    }
  }

  private @Nullable BackendConnection leave() {
    if (dial != null) {
      dial.cancel();
      dial = null;
    }
    BackendConnection left = connection;
    connection = null;
    phase = Phase.IDLE;
    releaseInput();
    return left;
  }

  private void releaseInput() {
    input.release();
    input = Unpooled.EMPTY_BUFFER;
  }

  /** Only after a completely framed exchange may another client's request use the connection. */
  @Override
  public void done(boolean requestDone) {
    boolean clean = !excess && requestDone && response.keepsAlive();
    BackendConnection used = leave();
    if (used != null) {
      if (clean) {
        lane.backends().giveBack(used, lane.coarseNow());
      } else {
        used.discard();
      }
    }
  }
}
