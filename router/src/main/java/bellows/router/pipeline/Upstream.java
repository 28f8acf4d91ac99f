package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.errors.BackendFailure;
import bellows.router.routes.Endpoint;
import io.netty.buffer.ByteBuf;

/**
 * The endpoint's side of one {@link Exchange}, whatever protocol it speaks: the request is pushed
 * to it, and it pushes the response to its {@link User}. Used again for the next attempt. On the
 * event loop only.
 */
interface Upstream {
  /**
   * Asks for a way to the endpoint; the user hears of it, maybe before this returns.
   *
   * @param fresh not by a connection that has served before
   */
  void open(Endpoint endpoint, boolean fresh);

  /** Sends the request's head. */
  void writeHead(AccessRecord request, Endpoint endpoint);

  /** Sends a piece of the request's body, and releases it. */
  void writeBody(ByteBuf data);

  void endBody();

  void flush();

  /** False while enough waits to be sent, and when there is no way to the endpoint. */
  boolean isWritable();

  void pauseReading();

  void resumeReading();

  /** Leaves the endpoint before the exchange is complete; the user hears no more of it. */
  void discard();

  /** As {@link #discard}, because no answer has come in time. */
  void giveUp();

  /** As {@link #discard}, but what was written is still sent. */
  void discardAfterWriting();

  /**
   * The response is complete.
   *
   * @param requestDone whether the request is, too
   */
  void done(boolean requestDone);

  /** Whoever sends the request. */
  interface User {
    /** The endpoint can be written to. */
    void connected();

    /** The first byte of a response came. */
    void responseSeen();

    /** A head came, of an interim response or of the final one; the shared head holds it. */
    void responseHeadRead();

    /** A piece of the final response's body; the user releases it. */
    void responseBodyRead(ByteBuf data);

    /** Trailers came behind the body; the shared head holds them. */
    void responseTrailersRead();

    /** The final response is complete. */
    void responseEnded();

    /** Nothing more has come for now: time to flush. */
    void upstreamReadComplete();

    /** The endpoint takes bytes again, or no more for now. */
    void upstreamWritabilityChanged();

    /** There will be no response, or not the rest of it; the endpoint has been left. */
    void upstreamFailed(BackendFailure failure, String detail);

    /** The endpoint has ended the connection within the body. */
    void responseCutShort();
  }
}
