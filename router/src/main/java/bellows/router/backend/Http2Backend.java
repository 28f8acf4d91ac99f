package bellows.router.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
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

/** A connection to an endpoint that speaks HTTP/2, with a stream for each request. */
public final class Http2Backend extends Http2ConnectionHandler {
  private static final int STREAM_WINDOW = 256 * 1024;
  private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;
  private static final int DEFAULT_WINDOW = 65_535;

  private final Channel channel;
  private final Http2Connection.PropertyKey callKey;
  private @Nullable ChannelHandlerContext context;
  private boolean flushDue;
  private boolean leaving;
  private long idleSinceNanos;

  /** One request on its stream. */
  public static final class Call {
    private final Http2Backend connection;
    private int streamId;
    private @Nullable Http2User user;
    private @Nullable Http2Stream stream;
    private boolean untouched;
    private boolean reset;
    private boolean ended;
    private boolean paused;
    private int unconsumed;

    private Call(Http2Backend connection, Http2User user) {
      this.connection = connection;
      this.user = user;
    }

    /** Sends the request's head. */
    public void writeHeaders(Http2Headers headers, boolean ends) {
      ChannelHandlerContext context = connection.context();
      streamId = connection.connection().local().incrementAndGetNextStreamId();
      var _ =
          connection
              .encoder()
              .writeHeaders(context, streamId, headers, 0, ends, context.newPromise());
      stream = connection.connection().stream(streamId);
      if (stream == null) {
        // Refused before it began, for instance by a connection that is just being closed.
        untouched = true;
        connection.channel.eventLoop().execute(this::closed);
      } else {
        stream.setProperty(connection.callKey, this);
      }
    }

    /** Sends a piece of the body, and releases it. */
    public void writeData(ByteBuf data, boolean ends) {
      ChannelHandlerContext context = connection.context();
      var _ =
          connection.encoder().writeData(context, streamId, data, 0, ends, context.newPromise());
    }

    /** Sends what was written, soon. */
    public void flush() {
      connection.flushSoon();
    }

    public boolean isWritable() {
      return stream == null
          ? connection.channel.isWritable()
          : connection.encoder().flowController().isWritable(stream);
    }

    /** Leaves the endpoint's window closed. */
    public void pause() {
      paused = true;
    }

    public void resume() {
      paused = false;
      consume();
    }

    private void consume() {
      if (paused || unconsumed == 0 || stream == null) {
        return;
      }
      int bytes = unconsumed;
      unconsumed = 0;
      try {
        if (connection.connection().local().flowController().consumeBytes(stream, bytes)) {
          connection.flushSoon();
        }
      } catch (Http2Exception e) {
        connection.onError(connection.context(), true, e);
      }
    }

    /** It is complete; the user hears no more of it. */
    public void leave() {
      user = null;
    }

    /** Ends it; the user hears no more of it. */
    public void cancel() {
      user = null;
      if (stream != null && stream.state() != Http2Stream.State.CLOSED) {
        ChannelHandlerContext context = connection.context();
        var _ =
            connection.resetStream(
                context, streamId, Http2Error.CANCEL.code(), context.newPromise());
        connection.flushSoon();
      }
    }

    private void closed() {
      Http2User last = user;
      user = null;
      if (last != null && !ended) {
        last.streamClosed(untouched || !reset);
      }
    }
  }

  private Http2Backend(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      Channel channel) {
    super(decoder, encoder, settings, true);
    this.channel = channel;
    this.callKey = connection().newKey();
  }

  /**
   * For a channel that is connected.
   *
   * @param headBytes accepted of one head
   */
  static Http2Backend create(Channel channel, int headBytes) {
    return new Builder(channel, headBytes).build();
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Backend, Builder> {
    private final Channel channel;

    private Builder(Channel channel, int headBytes) {
      this.channel = channel;
      server(false);
      initialSettings(
          new Http2Settings()
              .pushEnabled(false)
              .initialWindowSize(STREAM_WINDOW)
              .maxHeaderListSize(headBytes));
      encoderIgnoreMaxHeaderListSize(true);
    }

    @Override
    protected Http2Backend build() {
      return super.build();
    }

    @Override
    protected Http2Backend build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      Http2Backend backend = new Http2Backend(decoder, encoder, settings, channel);
      Events events = backend.new Events();
      decoder.frameListener(events);
      backend.connection().addListener(events);
      encoder.flowController().listener(backend::writabilityChanged);
      return backend;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
    connection()
        .local()
        .flowController()
        .incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  private final class Events extends Http2EventAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean endOfStream) {
      onHeadersRead(ctx, streamId, headers, padding, endOfStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endOfStream) {
      Call call = call(connection().stream(streamId));
      if (call != null && call.user != null) {
        call.ended |= endOfStream;
        call.user.headersRead(headers, endOfStream);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
      Call call = call(connection().stream(streamId));
      int size = data.readableBytes();
      if (call == null || call.user == null) {
        return size + padding;
      }
      call.ended |= endOfStream;
      call.unconsumed += size;
      call.user.dataRead(data.retain(), endOfStream);
      call.consume();
      return padding;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
      Call call = call(connection().stream(streamId));
      if (call != null) {
        call.reset = true;
        call.untouched = errorCode == Http2Error.REFUSED_STREAM.code();
      }
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
      leaving = true;
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      Call call = call(stream);
      if (call != null) {
        call.untouched |= leaving && stream.id() > connection().local().lastStreamKnownByPeer();
        call.closed();
      }
    }
  }

  /** The endpoint breaks the protocol. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException failure) {
    Call call = call(connection().stream(failure.streamId()));
    if (call != null) {
      call.reset = true;
    }
    super.onStreamError(ctx, outbound, cause, failure);
  }

  private @Nullable Call call(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(callKey);
  }

  private void writabilityChanged(Http2Stream stream) {
    Call call = call(stream);
    if (call != null && call.user != null) {
      call.user.writabilityChanged();
    }
  }

  /** Whether it takes one more request. */
  boolean hasRoom() {
    return channel.isActive() && !leaving && connection().local().canOpenStream();
  }

  /** A stream for a request. */
  public Call open(Http2User user) {
    return new Call(this, user);
  }

  boolean isIdle() {
    return connection().numActiveStreams() == 0;
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  void idleSince(long nanos) {
    idleSinceNanos = nanos;
  }

  void end() {
    leaving = true;
    var _ = channel.close();
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return context;
  }

  private void flushSoon() {
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

  /** What the endpoint has broken is told to each stream by its end. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof Http2Exception) {
      super.exceptionCaught(ctx, cause);
    } else {
      end();
    }
  }
}
