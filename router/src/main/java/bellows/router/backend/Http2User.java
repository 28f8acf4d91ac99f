package bellows.router.backend;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** Whoever has a stream to an endpoint, for one request. Called on the event loop only. */
public interface Http2User {
  /** There is a connection on which {@link Http2Backend#open} gives a stream. */
  void connected(Http2Backend connection);

  /** There will be no connection. */
  void dialFailed(Throwable cause);

  /**
   * A block of fields came.
   *
   * @param ends nothing more will come
   */
  void headersRead(Http2Headers headers, boolean ends);

  /**
   * A piece of the body came; the user releases it.
   *
   * @param ends nothing more will come
   */
  void dataRead(ByteBuf data, boolean ends);

  /** The stream takes bytes again. */
  void writabilityChanged();

  /**
   * There will be no response, as the endpoint has done nothing about the request: it says so, or
   * the request was not sent.
   *
   * @param detail why
   */
  void refused(String detail);

  /**
   * The stream is over before the end of the response.
   *
   * @param lost with its connection; else the endpoint has ended this stream alone
   */
  void streamClosed(boolean lost);
}
