package bellows.router.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * Our end of a connection that speaks HTTP/2, towards a client or an endpoint: the last handler of
 * its channel. Frames, states and flow control are Netty's; what they mean is said by those who
 * extend this.
 *
 * @param <S> what is known of a stream, beside what Netty knows
 */
public abstract class Http2Side<S> extends Http2ConnectionHandler {
  /** What each connection begins with (RFC 9113 section 6.9.2). */
  private static final int FIRST_WINDOW = 65_535;

  private final Channel channel;
  private final int window;
  private final Http2Connection.PropertyKey streamKey;
  private @Nullable ChannelHandlerContext context;
  private boolean flushDue;

  /**
   * @param window bytes that may be under way to us on all streams together
   */
  protected Http2Side(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      Channel channel,
      int window) {
    super(decoder, encoder, settings, true);
    this.channel = channel;
    this.window = window;
    this.streamKey = decoder.connection().newKey();
  }

  /**
   * A connection whose window opens again as bytes come, not as they are taken: else some slow
   * streams would stop all others. What those can make us hold, their own windows bound.
   */
  protected static Http2Connection refilling(boolean server) {
    Http2Connection connection = new DefaultHttp2Connection(server);
    connection
        .local()
        .flowController(
            new DefaultHttp2LocalFlowController(
                connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
    return connection;
  }

  /** What comes from the other end. */
  protected abstract static class Events extends Http2EventAdapter {
    /** Priorities say nothing to us. */
    @Override
    public final void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean endOfStream)
        throws Http2Exception {
      onHeadersRead(ctx, streamId, headers, padding, endOfStream);
    }
  }

  /** Sends all that happens to {@code events}; once, at the end of the constructor. */
  protected final void tell(Events events) {
    decoder().frameListener(events);
    connection().addListener(events);
    encoder()
        .flowController()
        .listener(stream -> {
          S known = known(stream);
          if (known != null) {
            writabilityChanged(known);
          }
        });
  }

  /** The stream takes bytes again, or no more for now. */
  protected abstract void writabilityChanged(S stream);

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
    connection()
        .local()
        .flowController()
        .incrementWindowSize(connection().connectionStream(), window - FIRST_WINDOW);
  }

  /** What is known of a stream; null when nothing is, or there is no such stream. */
  protected final @Nullable S known(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(streamKey);
  }

  protected final void know(Http2Stream stream, S about) {
    stream.setProperty(streamKey, about);
  }

  protected final Channel channel() {
    return channel;
  }

  public final ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  /** Sends what is written once the loop has heard all: one write for many streams. */
  public final void flushSoon() {
    if (!flushDue) {
      flushDue = true;
      channel
          .eventLoop()
          .execute(() -> {
            flushDue = false;
            flush(context());
          });
    }
  }

  /** Opens the other end's window again by what was read of a stream. */
  public final void consumed(Http2Stream stream, int bytes) {
    try {
      if (bytes > 0 && connection().local().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** Ends a stream early. */
  public final void reset(Http2Stream stream, Http2Error error) {
    var _ = resetStream(context(), stream.id(), error.code(), context().newPromise());
    flushSoon();
  }

  /** Ends the connection, whatever is under way. */
  public void abort() {
    var _ = channel.close();
  }

  /** What is no breach of the protocol is a reset or the like: a usual end, not worth a word. */
  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof Http2Exception) {
      super.exceptionCaught(ctx, cause);
    } else {
      abort();
    }
  }
}
