package bellows.router.pipeline;

import bellows.router.http2.Http2Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that speaks HTTP/2: each stream is an {@link Http2Client} with an {@link
 * Exchange} of its own. What frames mean, and how many of them are too many, is said here.
 */
final class Http2Front extends Http2Side<Http2Client> implements FrontConnection {
  private static final int STREAMS = 100;

  /** Opened again as bytes come: uploads that an app does not take must not stop the others. */
  private static final int CONNECTION_WINDOW = 1024 * 1024;

  /** What waits for one app at most; so all streams together hold 6 MiB at most. */
  static final int STREAM_WINDOW = 64 * 1024;

  private static final int RESETS = 100;
  private static final int RESET_SECONDS = 30;
  private static final int CONTINUATIONS = 8;
  private static final int EMPTY_FRAMES = 4;

  /** Answers that wait for the client to read them. */
  private static final int UNREAD_BYTES = 1024 * 1024;

  /** How long a request may be on its way to us. */
  private static final int ROUND_TRIP_MILLIS = 1000;

  private final Lane lane;
  private final Peer peer;
  private final HostNames hosts = new HostNames();
  private final FrameBudget budget;
  private final List<Http2Client> streams = new ArrayList<>();

  /** Those whose heads have just been read. */
  private final ArrayDeque<Http2Client> arrived = new ArrayDeque<>();

  private long idleSinceNanos;
  private boolean draining;
  private int position;

  private Http2Front(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      FrameBudget budget,
      Lane lane,
      Channel channel,
      Peer peer) {
    super(decoder, encoder, settings, channel, CONNECTION_WINDOW);
    this.budget = budget;
    this.lane = lane;
    this.peer = peer;
    this.idleSinceNanos = lane.coarseNow();
    tell(new Frames());
  }

  /** For a channel whose next bytes are the preface of HTTP/2. */
  static Http2Front create(Lane lane, Channel channel, Peer peer) {
    return new Builder(lane, channel, peer.overHttp2()).build();
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<Http2Front, Builder> {
    private final FrameBudget budget = new FrameBudget();
    private final Lane lane;
    private final Channel channel;
    private final Peer peer;

    private Builder(Lane lane, Channel channel, Peer peer) {
      this.lane = lane;
      this.channel = channel;
      this.peer = peer;
      int headBytes = lane.shared().limits().headBytes();
      initialSettings(
          new Http2Settings()
              .maxConcurrentStreams(STREAMS)
              .initialWindowSize(STREAM_WINDOW)
              .maxHeaderListSize(headBytes)
              .connectProtocolEnabled(true));
      decoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS);
      decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_FRAMES);
      Http2Connection connection = refilling(true);
      // Its limit for heads is only advice, and a client that advises nonsense must not break its
      // own answers.
      Http2ConnectionEncoder encoder =
          new DefaultHttp2ConnectionEncoder(
              connection, new DefaultHttp2FrameWriter(Http2HeadersEncoder.NEVER_SENSITIVE, true));
      Http2FrameReader reader =
          new DefaultHttp2FrameReader(
              new DefaultHttp2HeadersDecoder(true, headBytes), CONTINUATIONS);
      codec(
          new DefaultHttp2ConnectionDecoder(
              connection, encoder, new FrontReader(reader, connection, budget)),
          encoder);
    }

    @Override
    protected Http2Front build() {
      return super.build();
    }

    @Override
    protected Http2Front build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Http2Front(decoder, encoder, settings, budget, lane, channel, peer);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    lane.add(this);
    super.handlerAdded(ctx);
  }

  // What comes from the client.

  /** What came before it was known that this is HTTP/2. */
  void take(ByteBuf bytes) {
    try {
      channelRead(context(), bytes);
    } catch (Exception e) {
      context().fireExceptionCaught(e);
      abort();
    }
  }

  /** All that frames say, streams being Netty's. */
  private final class Frames extends Events {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endOfStream)
        throws Http2Exception {
      Http2Stream stream = connection().stream(streamId);
      if (stream == null) {
        return;
      }
      Http2Client known = known(stream);
      if (known == null) {
        begin(stream, headers, endOfStream);
      } else if (endOfStream && headers.names().stream().noneMatch(Http2Front::isPseudo)) {
        known.bodyEnded();
      } else {
        throw Http2Exception.streamError(
            streamId, Http2Error.PROTOCOL_ERROR, "headers within a request");
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
        throws Http2Exception {
      Http2Client client = known(connection().stream(streamId));
      int size = data.readableBytes();
      if (client == null) {
        return size + padding;
      }
      budget.earnByBytes(size);
      client.bodyRead(data.retain(), endOfStream);
      return padding;
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
      Http2Client client = known(stream);
      if (client != null) {
        remove(client);
        client.closed();
      }
    }
  }

  private static boolean isPseudo(CharSequence name) {
    return !name.isEmpty() && name.charAt(0) == ':';
  }

  private void begin(Http2Stream stream, Http2Headers headers, boolean ends) throws Http2Exception {
    if (draining) {
      throw Http2Exception.streamError(stream.id(), Http2Error.REFUSED_STREAM, "draining");
    }
    Http2Client client = new Http2Client(lane, this, stream);
    know(stream, client);
    client.position(streams.size());
    streams.add(client);
    client.begin(headers, ends);
    arrived.addLast(client);
  }

  /** Before they are answered, as a request that is reset at once shall cost next to nothing. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    for (Http2Client next = arrived.pollFirst(); next != null; next = arrived.pollFirst()) {
      next.start();
    }
    super.channelReadComplete(ctx);
    // Bodies wait for the client by themselves, but a client that sends and never reads could have
    // us keep what we say to its frames for ever.
    if (channel().isActive() && channel().bytesBeforeWritable() > UNREAD_BYTES) {
      lane.shared().counters().flooded();
      abort();
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception exception) {
    if (exception != null && exception.error() == Http2Error.ENHANCE_YOUR_CALM) {
      lane.shared().counters().flooded();
    }
    super.onConnectionError(ctx, outbound, cause, exception);
  }

  private void remove(Http2Client client) {
    Http2Client last = streams.removeLast();
    if (last != client) {
      streams.set(client.position(), last);
      last.position(client.position());
    }
    if (streams.isEmpty()) {
      idleSinceNanos = lane.coarseNow();
      if (draining) {
        closeAfterWriting();
      }
    }
  }

  @Override
  protected void writabilityChanged(Http2Client client) {
    client.writabilityChanged();
  }

  // What the streams need.

  Peer peer() {
    return peer;
  }

  HostNames hosts() {
    return hosts;
  }

  FrameBudget budget() {
    return budget;
  }

  // Time and end.

  @Override
  public void tick(long now) {
    budget.tick();
    if (streams.isEmpty()) {
      if (now - idleSinceNanos > lane.shared().timeouts().clientIdle().toNanos()) {
        drain();
      }
      return;
    }
    for (int i = streams.size() - 1; i >= 0; i--) {
      if (i < streams.size()) {
        streams.get(i).tick(now);
      }
    }
  }

  /** RFC 9113, section 6.8: a first word that refuses nothing yet, for requests on their way. */
  @Override
  public void retire() {
    var _ = channel().eventLoop().submit(() -> goAway(Integer.MAX_VALUE));
    var _ = channel().eventLoop().schedule(this::drain, ROUND_TRIP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void goAway(int lastStream) {
    if (channel().isActive()) {
      var _ =
          goAway(
              context(),
              lastStream,
              Http2Error.NO_ERROR.code(),
              Unpooled.EMPTY_BUFFER,
              context().newPromise());
      flushSoon();
    }
  }

  /** Streams that are there may end; the client hears that it shall send no more. */
  @Override
  public void drain() {
    if (!draining) {
      draining = true;
      goAway(connection().remote().lastStreamCreated());
    }
    if (streams.isEmpty()) {
      closeAfterWriting();
    }
  }

  private void closeAfterWriting() {
    channel()
        .eventLoop()
        .execute(() -> {
          flush(context());
          channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        });
  }

  @Override
  public boolean isBusy() {
    return streams.stream().anyMatch(Http2Client::isBusy);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    lane.remove(this);
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public void position(int newPosition) {
    position = newPosition;
  }
}
