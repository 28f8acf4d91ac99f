package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.backend.Http2Backend;
import bellows.router.backend.Http2Pool;
import bellows.router.backend.Http2User;
import bellows.router.errors.BackendFailure;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.Flaw;
import bellows.router.http1.HeaderName;
import bellows.router.http1.ResponseHead;
import bellows.router.http2.HeadFields;
import bellows.router.http2.HeadText;
import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP/2 to an endpoint, on a stream of its own for the time of one attempt. */
final class Http2Upstream implements Upstream, Http2User {
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  private enum Phase {
    IDLE,
    HEAD,
    BODY
  }

  private final Lane lane;
  private final ResponseHead response;
  private final Upstream.User user;
  private Phase phase = Phase.IDLE;
  private Http2Pool.@Nullable Waiting waiting;
  private Http2Backend.@Nullable Call call;
  private @Nullable Http2Headers head;
  private @Nullable ByteBuf data;
  private boolean seen;

  /**
   * @param response where heads are read into
   */
  Http2Upstream(Lane lane, ResponseHead response, Upstream.User user) {
    this.lane = lane;
    this.response = response;
    this.user = user;
  }

  // The way to the endpoint.

  @Override
  public void open(Endpoint endpoint, boolean fresh) {
    Http2Pool.Waiting wish = lane.http2Backends().connect(endpoint, this);
    // A connection, or a failure, may have come already.
    if (wish != null && wish.isOpen()) {
      waiting = wish;
    }
  }

  @Override
  public void connected(Http2Backend connection) {
    waiting = null;
    seen = false;
    call = connection.open(this);
    user.connected();
  }

  @Override
  public void dialFailed(Throwable cause) {
    waiting = null;
    String message = cause.getMessage();
    user.upstreamFailed(
        BackendFailure.ofDial(cause), "dial: " + (message == null ? cause.toString() : message));
  }

  // The request.

  @Override
  public void writeHead(AccessRecord request, Endpoint endpoint) {
    phase = Phase.HEAD;
    AsciiWriter text = lane.writer();
    RequestWriter.write(text, request, endpoint);
    Http2Headers fields = HeadFields.request(text, endpoint.speaksTls() ? HTTPS : HTTP);
    if (TRAILERS.contentEqualsIgnoreCase(request.head.value(HeaderName.TE))) {
      fields.add(TE, TRAILERS);
    }
    head = fields;
  }

  @Override
  public void writeBody(ByteBuf piece) {
    writeWaiting(false);
    data = piece;
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
    Http2Headers fields = head;
    ByteBuf piece = data;
    head = null;
    data = null;
    if (fields != null) {
      call().writeHeaders(fields, ends && piece == null);
    }
    if (piece != null) {
      call().writeData(piece, ends);
    }
  }

  private Http2Backend.Call call() {
    if (call == null) {
      throw new IllegalStateException("not connected");
    }
    return call;
  }

  @Override
  public void flush() {
    if (call != null) {
      writeWaiting(false);
      call.flush();
    }
  }

  @Override
  public boolean isWritable() {
    return call != null && call.isWritable();
  }

  @Override
  public void writabilityChanged() {
    user.upstreamWritabilityChanged();
  }

  @Override
  public void pauseReading() {
    if (call != null) {
      call.pause();
    }
  }

  @Override
  public void resumeReading() {
    if (call != null) {
      call.resume();
    }
  }

  // The response.

  @Override
  public void headersRead(Http2Headers headers, boolean ends) {
    if (!seen) {
      seen = true;
      user.responseSeen();
    }
    AsciiWriter text = lane.writer();
    boolean wellFormed =
        phase == Phase.BODY
            ? HeadText.writeTrailers(text, headers)
            : HeadText.writeResponse(text, headers, ends);
    if (!wellFormed) {
      fail(Flaw.HTTP2_FIELDS.text());
      return;
    }
    response.load(text);
    Flaw flaw = response.parse(lane.shared().limits());
    if (flaw != null || response.status() == 101) {
      fail(flaw == null ? "switches protocols" : flaw.text());
    } else if (phase == Phase.BODY) {
      phase = Phase.IDLE;
      user.responseTrailersRead();
    } else if (response.status() < 200) {
      user.responseHeadRead();
      user.upstreamReadComplete();
    } else {
      phase = Phase.BODY;
      user.responseHeadRead();
      readOn(ends);
    }
  }

  @Override
  public void dataRead(ByteBuf piece, boolean ends) {
    if (phase != Phase.BODY) {
      piece.release();
      fail("a body before the head");
      return;
    }
    if (piece.isReadable()) {
      user.responseBodyRead(piece);
    } else {
      piece.release();
    }
    readOn(ends);
  }

  private void readOn(boolean ended) {
    if (phase != Phase.BODY) {
      return; // the client went away meanwhile
    }
    if (ended) {
      phase = Phase.IDLE;
      user.responseEnded();
    } else {
      user.upstreamReadComplete();
    }
  }

  // The end.

  @Override
  public void refused(String detail) {
    waiting = null;
    Phase last = phase;
    forget();
    if (last == Phase.BODY) {
      user.responseCutShort();
    } else {
      user.upstreamFailed(BackendFailure.REFUSED, detail);
    }
  }

  @Override
  public void streamClosed(boolean lost) {
    Phase last = phase;
    forget();
    switch (last) {
      case HEAD -> {
        if (lost) {
          user.upstreamFailed(BackendFailure.STALE_CONNECTION, "connection lost");
        } else {
          user.upstreamFailed(BackendFailure.END_OF_STREAM, "stream reset");
        }
      }
      case BODY -> user.responseCutShort();
      case IDLE -> {
        // Nothing is expected of it.
      }
    }
  }

  private void fail(String detail) {
    discard();
    user.upstreamFailed(BackendFailure.MALFORMED_RESPONSE, detail);
  }

  @Override
  public void discard() {
    if (waiting != null) {
      waiting.cancel();
      waiting = null;
    }
    Http2Backend.Call left = call;
    forget();
    if (left != null) {
      left.cancel();
    }
  }

  @Override
  public void giveUp() {
    if (call != null) {
      call.giveUp();
    }
    discard();
  }

  @Override
  public void discardAfterWriting() {
    discard();
  }

  /** What the endpoint has not read of the request, it does not need. */
  @Override
  public void done(boolean requestDone) {
    Http2Backend.Call left = call;
    forget();
    if (left != null) {
      if (requestDone) {
        left.leave();
      } else {
        left.cancel();
      }
    }
  }

  private void forget() {
    phase = Phase.IDLE;
    call = null;
    head = null;
    if (data != null) {
      data.release();
      data = null;
    }
  }
}
