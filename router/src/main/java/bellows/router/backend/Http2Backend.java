package bellows.router.backend;

import bellows.router.http2.Http2Side;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** A connection to an endpoint that speaks HTTP/2, with a stream for each request. */
public final class Http2Backend extends Http2Side<Http2Backend.Call> {
  /** What waits for one client at most; as much as a connection of HTTP/1 would hold for it. */
  private static final int STREAM_WINDOW = 64 * 1024;

  /**
   * Opened again as bytes come, not as clients take them: else some slow clients would stop all
   * others. What they can make us hold, the windows of their streams bound.
   */
  private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;

  private final Runnable roomChanged;
  private boolean settled;
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
        connection.channel().eventLoop().execute(this::closed);
      } else {
        connection.know(stream, this);
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
          ? !untouched && connection.channel().isWritable()
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
      if (!paused && stream != null) {
        int bytes = unconsumed;
        unconsumed = 0;
        connection.consumed(stream, bytes);
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
        connection.reset(stream, Http2Error.CANCEL);
      }
    }

    /**
     * As {@link #cancel}, as no answer has come in time: maybe nobody is there any more, so no
     * other request goes over this connection.
     */
    public void giveUp() {
      connection.leaving = true;
      cancel();
    }

    private void closed() {
      Http2User last = user;
      user = null;
      if (last != null && !ended) {
        if (untouched) {
          last.refused("stream refused");
        } else {
          last.streamClosed(!reset);
        }
      }
    }
  }

  private Http2Backend(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      Channel channel,
      Runnable roomChanged) {
    super(decoder, encoder, settings, channel, CONNECTION_WINDOW);
    this.roomChanged = roomChanged;
    tell(new Frames());
  }

  /**
   * For a channel that is connected.
   *
   * @param headBytes accepted of one head
   * @param roomChanged called when it may have room for a request that it did not have
   */
  static Http2Backend create(Channel channel, int headBytes, Runnable roomChanged) {
    return new Builder(channel, headBytes, roomChanged).build();
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Backend, Builder> {
    private final Channel channel;
    private final Runnable roomChanged;

    private Builder(Channel channel, int headBytes, Runnable roomChanged) {
      this.channel = channel;
      this.roomChanged = roomChanged;
      connection(refilling(false));
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
      return new Http2Backend(decoder, encoder, settings, channel, roomChanged);
    }
  }

  private final class Frames extends Events {
    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      settled = true;
      roomChanged.run();
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endOfStream) {
      Call call = known(connection().stream(streamId));
      if (call != null && call.user != null) {
        call.ended |= endOfStream;
        call.user.headersRead(headers, endOfStream);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
      Call call = known(connection().stream(streamId));
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
      Call call = known(connection().stream(streamId));
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
      Call call = known(stream);
      if (call != null) {
        call.untouched |= leaving && isBeyondWhatThePeerKnows(stream);
        call.closed();
      }
      roomChanged.run();
    }

    private boolean isBeyondWhatThePeerKnows(Http2Stream stream) {
      return connection().goAwayReceived()
          && stream.id() > connection().local().lastStreamKnownByPeer();
    }
  }

  /** The endpoint breaks the protocol. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException failure) {
    Call call = known(connection().stream(failure.streamId()));
    if (call != null) {
      call.reset = true;
    }
    super.onStreamError(ctx, outbound, cause, failure);
  }

  @Override
  protected void writabilityChanged(Call call) {
    if (call.user != null) {
      call.user.writabilityChanged();
    }
  }

  /** Whether the endpoint has said how many streams it takes; until then it gets one. */
  boolean isSettled() {
    return settled;
  }

  /** Whether it takes one more request. */
  boolean hasRoom() {
    return channel().isActive()
        && !leaving
        && (settled ? connection().local().canOpenStream() : isIdle());
  }

  /** A stream for a request. */
  public Call open(Http2User user) {
    return new Call(this, user);
  }

  boolean isIdle() {
    return connection().numActiveStreams() == 0;
  }

  /** Whether it only lives on for the streams that it has. */
  boolean isLeaving() {
    return leaving;
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  void idleSince(long nanos) {
    idleSinceNanos = nanos;
  }

  @Override
  public void abort() {
    leaving = true;
    super.abort();
  }
}
