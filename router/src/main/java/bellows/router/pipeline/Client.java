package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.Flaw;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.HostName;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one {@link Exchange}, whatever protocol it speaks: the body of the request
 * is pulled from it, the response is pushed to it. It tells the exchange when there is more to
 * pull, when it takes more, and when it is gone. On the event loop only.
 */
interface Client {
  Peer peer();

  /** The host asked for in lower case; the same object when it is the same as before. */
  HostName host(RequestHead head);

  // The request.

  /** The head is read, and says how the body is framed; what is wrong with what has come of it. */
  @Nullable Flaw beginBody(RequestHead head);

  /** The next piece of the request's body, the caller's to release; null when none is there. */
  @Nullable ByteBuf takeBody();

  boolean isBodyEnded();

  /** What is wrong with the body; null while nothing is. */
  @Nullable Flaw bodyFlaw();

  /**
   * Steps over what is there of the body, as nobody will read it.
   *
   * @return false when that is not all of it
   */
  boolean skipBody();

  void pauseReading();

  void resumeReading();

  /** When something last came, or reading went on after a pause of our own. */
  long lastReadNanos();

  // The response.

  /** Sends an interim response, such as 103. */
  void writeInterim(ResponseHead response);

  /**
   * Begins the final response.
   *
   * @param bodyIsAnnounced the head says how long the body is, or there is none
   * @param keeps whether the connection could take another request as far as the exchange knows
   * @param cookie one more Set-Cookie value
   * @return whether the connection will take another request
   */
  boolean beginResponse(
      ResponseHead response,
      AccessRecord record,
      boolean bodyIsAnnounced,
      boolean keeps,
      @Nullable String cookie);

  /** Begins to pass bytes both ways, as the response agrees to. */
  void beginTunnel(ResponseHead response, AccessRecord record, @Nullable String cookie);

  /** Sends a piece of the response's body, and releases it. */
  void writeBody(ByteBuf data);

  /** Sends trailers in place of {@link #endBody}, where the protocol and the client have them. */
  void endWithTrailers(ResponseHead trailers);

  void endBody();

  /** Sends an answer of the router's own as it stands, body included, and flushes. */
  void answer(AsciiWriter whole);

  void flush();

  /** False while enough waits to be sent. */
  boolean isWritable();

  /** When the client last took bytes; now, unless it is behind. */
  long lastWritableNanos(long now);

  // The end.

  /** Ends an answer that is not complete, so that nobody takes it for complete. */
  void breakOff();

  /** Ends it at once; the exchange hears that the client is gone. */
  void abort();

  /** The response has been written. */
  void exchangeDone(boolean keep);

  /** The tunnel is over; what is written still goes out. */
  void tunnelDone();
}
