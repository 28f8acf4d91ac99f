package bellows.router.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames, and judges those that Netty's decoder cannot, as it forgets a stream
 * that is over (RFC 9113, section 5.1): what was sent before the client heard of a reset of ours
 * harms no other stream; anything else for a stream that is over ends the connection. And every
 * frame that brings nobody forward is counted here, those for no stream among them.
 */
final class FrontReader implements Http2FrameReader {
  /** More than may be open at a time. */
  private static final int REMEMBERED = 256;

  private final Http2FrameReader reader;
  private final Http2Connection connection;
  private final FrameBudget budget;

  /** Streams; empty until there is one, as on most connections there is none. */
  private int[] reset = {};

  /** What came too late of their bodies. */
  private int[] lateBytes = {};

  private int resets;
  private int highestReset;
  private int skippedFrom;
  private int skippedTo;
  private @Nullable Judge judge;
  private boolean over;

  FrontReader(Http2FrameReader reader, Http2Connection connection, FrameBudget budget) {
    this.reader = reader;
    this.connection = connection;
    this.budget = budget;
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            if (stream.isResetSent()) {
              remember(stream.id());
            }
          }
        });
  }

  /** Once, however often it is said: by who resets, and when the stream is gone. */
  private void remember(int streamId) {
    if (wasReset(streamId)) {
      return;
    }
    if (reset.length == 0) {
      reset = new int[REMEMBERED];
      lateBytes = new int[REMEMBERED];
    }
    reset[resets] = streamId;
    lateBytes[resets] = 0;
    resets = (resets + 1) % REMEMBERED;
    highestReset = Math.max(highestReset, streamId);
  }

  /** Whether we have reset a stream that is not there, or refused to begin it. */
  private boolean wasReset(int streamId) {
    return place(streamId) >= 0;
  }

  private int place(int streamId) {
    for (int i = 0; i < reset.length; i++) {
      if (reset[i] == streamId) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Whether so much more of the stream's body may have been on its way when the client heard of the
   * reset.
   */
  private boolean wasOnItsWay(int streamId, int bytes) {
    remember(streamId); // as the reset may not be written yet
    int place = place(streamId);
    lateBytes[place] = Math.min(lateBytes[place] + bytes, Http2Front.STREAM_WINDOW + 1);
    return lateBytes[place] <= Http2Front.STREAM_WINDOW;
  }

  @Override
  public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener)
      throws Http2Exception {
    if (over) {
      input.skipBytes(input.readableBytes());
      return;
    }
    Judge current = judge;
    if (current == null || !current.tells(listener)) {
      current = new Judge(listener);
      judge = current;
    }
    try {
      reader.readFrame(ctx, input, current);
    } catch (Http2Exception e) {
      if (Http2Exception.isStreamError(e)) {
        remember(Http2Exception.streamId(e));
        boolean endures =
            e.error() == Http2Error.REFUSED_STREAM ? budget.spend() : budget.spendOnError();
        if (!endures) {
          over = true;
          throw tooMuch();
        }
      }
      throw e;
    }
  }

  private static Http2Exception tooMuch() {
    return Http2Exception.connectionError(
        Http2Error.ENHANCE_YOUR_CALM, "too many frames that bring nobody forward");
  }

  @Override
  public Configuration configuration() {
    return reader.configuration();
  }

  @Override
  public void close() {
    reader.close();
  }

  private final class Judge extends Http2FrameListenerDecorator {
    private Judge(Http2FrameListener next) {
      super(next);
    }

    private boolean tells(Http2FrameListener next) {
      return listener.equals(next);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
        throws Http2Exception {
      Http2Stream stream = connection.stream(streamId);
      if (isLate(stream, streamId)) {
        int size = data.readableBytes() + padding;
        if (!data.isReadable() || !wasOnItsWay(streamId, size)) {
          spend();
        }
        Http2LocalFlowController windows = connection.local().flowController();
        windows.receiveFlowControlledFrame(stream, data, padding, endOfStream);
        windows.consumeBytes(stream, size);
        return size;
      }
      if (!data.isReadable() && !endOfStream) {
        spend();
      }
      return super.onDataRead(ctx, streamId, data, padding, endOfStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endOfStream)
        throws Http2Exception {
      if (maySpeak(streamId)) {
        super.onHeadersRead(ctx, streamId, headers, padding, endOfStream);
      }
    }

    /** Priorities say nothing to us. */
    @Override
    public void onHeadersRead(
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

    private boolean maySpeak(int streamId) throws Http2Exception {
      int last = connection.remote().lastStreamCreated();
      if (streamId > last) {
        if (isRefused(streamId)) {
          spend();
          return false;
        }
        if (streamId > last + 2) {
          skippedFrom = last + 1;
          skippedTo = streamId - 1;
        }
        return true;
      }
      Http2Stream stream = connection.stream(streamId);
      if (isLate(stream, streamId)) {
        spend();
        return false;
      }
      if (stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
        throw Http2Exception.streamError(
            streamId, Http2Error.STREAM_CLOSED, "headers after the end of the request");
      }
      return true;
    }

    /** Whether it is a stream that we never let begin: Netty knows nothing of it. */
    private boolean isRefused(int streamId) {
      return streamId > connection.remote().lastStreamCreated()
          && streamId <= highestReset
          && wasReset(streamId);
    }

    /** Whether it was sent before the client knew that we had reset the stream. */
    private boolean isLate(@Nullable Http2Stream stream, int streamId) throws Http2Exception {
      if (stream != null) {
        return stream.isResetSent();
      }
      if (wasReset(streamId)) {
        return true;
      }
      if (connection.remote().mayHaveCreatedStream(streamId)) {
        // RFC 9113 section 5.1.1: those left out can be begun no more.
        boolean skipped = streamId >= skippedFrom && streamId <= skippedTo;
        throw Http2Exception.connectionError(
            skipped ? Http2Error.PROTOCOL_ERROR : Http2Error.STREAM_CLOSED,
            "stream %d is over",
            streamId);
      }
      return false;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
        throws Http2Exception {
      spend();
      if (!isRefused(streamId)) {
        super.onRstStreamRead(ctx, streamId, errorCode);
      }
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx,
        int streamId,
        int streamDependency,
        short weight,
        boolean exclusive)
        throws Http2Exception {
      spend();
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      spend();
      try {
        super.onSettingsRead(ctx, settings);
      } catch (Http2Exception e) {
        // RFC 9113 section 6.9.2: for Netty it concerns only the streams whose windows overflow.
        throw Http2Exception.connectionError(e.error(), e, "settings that cannot be followed");
      }
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
      spend();
      super.onSettingsAckRead(ctx);
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      spend();
      super.onPingRead(ctx, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      spend();
      super.onPingAckRead(ctx, data);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      spend();
      if (!isRefused(streamId)) {
        super.onWindowUpdateRead(ctx, streamId, increment);
      }
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData)
        throws Http2Exception {
      spend();
      super.onGoAwayRead(ctx, lastStreamId, errorCode, debugData);
    }

    /** An extension that nobody has agreed to. */
    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte frameType, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      spend();
    }

    private void spend() throws Http2Exception {
      if (!budget.spend()) {
        throw tooMuch();
      }
    }
  }
}
