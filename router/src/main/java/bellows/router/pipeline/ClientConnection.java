package bellows.router.pipeline;

import bellows.router.http1.Flaw;
import bellows.router.http1.HeadScanner;
import bellows.router.http1.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: cuts what comes into request heads and hands each to an {@link Exchange},
 * one at a time; a client that sends ahead waits, with a bound. The last handler of its channel,
 * and the only one without TLS.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements FrontConnection {
  /** How long an ended connection still takes bytes, so that the client can read the answer. */
  private static final long LINGER_NANOS = 2_000_000_000L;

  private static final ByteBuf PREFACE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("PRI * HTTP/2.0\r\n\r\n", StandardCharsets.US_ASCII));

  private enum State {
    /** Between requests, or with part of a head. */
    HEAD,
    EXCHANGE,
    /** Answered for the last time; what still comes is thrown away. */
    LINGER,
    CLOSED
  }

  private final Lane lane;
  private final Channel channel;
  private final HeadScanner scanner = new HeadScanner();
  private final Http1Client client;
  private final Peer peer;
  private State state = State.HEAD;
  private ByteBuf input = Unpooled.EMPTY_BUFFER;
  private @Nullable Exchange exchange;
  private boolean skippedLine;
  private boolean first = true;
  private boolean reading;
  private int position;
  private long deadlineNanos;
  private long lastReadNanos;
  private long lastWritableNanos;

  ClientConnection(Lane lane, Channel channel, Peer peer) {
    this.lane = lane;
    this.channel = channel;
    this.client = new Http1Client(lane, this, channel);
    this.peer = peer;
    this.deadlineNanos = lane.coarseNow() + lane.shared().timeouts().header().toNanos();
    this.lastReadNanos = lane.coarseNow();
    this.lastWritableNanos = lane.coarseNow();
    lane.add(this);
  }

  // What comes from the client.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    lastReadNanos = lane.coarseNow();
    switch (state) {
      case LINGER, CLOSED -> bytes.release();
      case HEAD -> {
        append(bytes);
        readHeads();
      }
      case EXCHANGE -> {
        append(bytes);
        current().clientRead();
        pauseIfFull();
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (exchange != null) {
      exchange.clientReadComplete();
    }
  }

  private void append(ByteBuf bytes) {
    if (!input.isReadable()) {
      input.release();
      input = bytes;
      return;
    }
    if (input.maxFastWritableBytes() < bytes.readableBytes() || input.refCnt() > 1) {
      int size = input.readableBytes() + bytes.readableBytes();
      ByteBuf larger = channel.alloc().directBuffer(Math.max(size * 2, 1024));
      larger.writeBytes(input);
      input.release();
      input = larger;
    }
    input.writeBytes(bytes);
    bytes.release();
  }

  /** A client may send its next requests ahead, but not without end. */
  private void pauseIfFull() {
    if (input.readableBytes() > lane.shared().limits().headBytes()) {
      pauseReading();
    }
  }

  private void readHeads() {
    if (reading) {
      return; // the loop below is running further up and goes on
    }
    reading = true;
    while (state == State.HEAD && input.isReadable()) {
      if (!readHead()) {
        break;
      }
    }
    reading = false;
    if (state == State.HEAD && !input.isReadable()) {
      releaseInput();
    }
  }

  /** Whether to go on. */
  private boolean readHead() {
    Limits limits = lane.shared().limits();
    int length = scanner.find(input);
    if (length == HeadScanner.INCOMPLETE) {
      int size = input.readableBytes();
      if (scanner.inStartLine() && size > limits.uriBytes() + 64) {
        refuse(Flaw.URI_TOO_LONG);
      } else if (size > limits.headBytes()) {
        refuse(Flaw.HEADER_TOO_LARGE);
      } else {
        waitForRestOfHead();
      }
      return false;
    }
    if (length == 2 && !skippedLine) {
      // RFC 9112 section 2.2: an empty line in front of a request comes from sloppy clients.
      skippedLine = true;
      input.skipBytes(2);
      scanner.reset();
      return true;
    }
    if (length == HeadScanner.MALFORMED || length == 2) {
      refuse(Flaw.BARE_LINE_FEED);
      return false;
    }
    if (length > limits.headBytes()) {
      refuse(Flaw.HEADER_TOO_LARGE);
      return false;
    }
    if (first && !peer.tls() && isPreface(length)) {
      becomeHttp2();
      return false;
    }
    begin(length);
    return true;
  }

  /** RFC 9113 section 3.3: a client that knows beforehand begins with what looks like a request. */
  private boolean isPreface(int length) {
    return length == PREFACE.readableBytes()
        && ByteBufUtil.equals(input, input.readerIndex(), PREFACE, 0, length);
  }

  private void becomeHttp2() {
    state = State.CLOSED;
    lane.remove(this);
    ByteBuf all = input;
    input = Unpooled.EMPTY_BUFFER;
    Http2Front front = Http2Front.create(lane, channel, peer);
    channel.pipeline().replace(this, null, front);
    front.take(all);
  }

  private void waitForRestOfHead() {
    if (deadlineNanos == 0) {
      deadlineNanos = lane.coarseNow() + lane.shared().timeouts().header().toNanos();
    }
  }

  private void begin(int headLength) {
    scanner.reset();
    skippedLine = false;
    first = false;
    deadlineNanos = 0;
    Exchange next = nextExchange();
    next.begin(client).load(input, headLength);
    next.start();
  }

  private Exchange nextExchange() {
    state = State.EXCHANGE;
    Exchange next = lane.exchange();
    exchange = next;
    return next;
  }

  /** Ends the connection with an answer to what is no request. */
  private void refuse(Flaw flaw) {
    Exchange next = nextExchange();
    next.begin(client);
    next.refuse(flaw);
  }

  // What the exchange needs.

  ByteBuf input() {
    return input;
  }

  /** Frees the input once it is used up. */
  void releaseInput() {
    if (!input.isReadable()) {
      input.release();
      input = Unpooled.EMPTY_BUFFER;
    }
  }

  Peer peer() {
    return peer;
  }

  long lastReadNanos() {
    return lastReadNanos;
  }

  /** When the client last took bytes; now, unless it is behind. */
  long lastWritableNanos(long now) {
    return channel.isWritable() ? now : lastWritableNanos;
  }

  void pauseReading() {
    channel.config().setAutoRead(false);
  }

  void resumeReading() {
    // A pause of our own making is no fault of the client.
    lastReadNanos = lane.coarseNow();
    channel.config().setAutoRead(true);
  }

  /** The answer has been written. */
  void exchangeDone(boolean keep) {
    exchange = null;
    if (state != State.EXCHANGE) {
      return;
    }
    if (!keep || lane.isRetiring()) {
      closeAfterAnswer();
      return;
    }
    state = State.HEAD;
    deadlineNanos = 0;
    resumeReading();
    readHeads();
  }

  /**
   * Ends the sending side and waits a little for the client to read: closing at once while the
   * client still sends would make the kernel throw the answer away.
   */
  private void closeAfterAnswer() {
    state = State.LINGER;
    deadlineNanos = lane.coarseNow() + LINGER_NANOS;
    input.release();
    input = Unpooled.EMPTY_BUFFER;
    channel.config().setAutoRead(true);
    endOutput()
        .addListener(future -> {
          if (future.isSuccess()) {
            var _ = ((DuplexChannel) channel).shutdownOutput();
          } else {
            abort();
          }
        });
  }

  /** Done once all is sent; over TLS with the word that there is no more. */
  private Future<Void> endOutput() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
  }

  /** Ends a tunnel: what is written still goes out. */
  void closeAfterTunnel() {
    exchange = null;
    state = State.CLOSED;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void abort() {
    var _ = channel.close();
  }

  /** Breaks off with a reset: by a usual end the client would take its answer for complete. */
  void reset() {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    // Past TLS, which would say in its own way that all is said.
    var _ = channel.pipeline().firstContext().close();
  }

  // Time and end.

  @Override
  public void tick(long now) {
    switch (state) {
      case HEAD -> tickHead(now);
      case EXCHANGE -> current().tick(now);
      case LINGER -> {
        if (now - deadlineNanos >= 0) {
          abort();
        }
      }
      case CLOSED -> {
        if (now - lastWritableNanos > lane.shared().timeouts().clientIdle().toNanos()) {
          abort();
        }
      }
    }
  }

  private void tickHead(long now) {
    if (deadlineNanos != 0 && now - deadlineNanos >= 0) {
      if (input.isReadable()) {
        Exchange next = nextExchange();
        next.begin(client);
        next.timeOut();
      } else {
        abort();
      }
    } else if (deadlineNanos == 0
        && now - lastReadNanos > lane.shared().timeouts().clientIdle().toNanos()) {
      abort();
    }
  }

  /** Its next answer says so, and is its last. */
  @Override
  public void retire() {
    // The lane knows.
  }

  @Override
  public void drain() {
    if (state == State.HEAD && !input.isReadable()) {
      abort();
    }
  }

  @Override
  public boolean isBusy() {
    return switch (state) {
      case HEAD -> input.isReadable();
      case EXCHANGE -> !current().isTunnel();
      case LINGER, CLOSED -> false;
    };
  }

  private Exchange current() {
    if (exchange == null) {
      throw new IllegalStateException("no exchange");
    }
    return exchange;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    lastWritableNanos = lane.coarseNow();
    if (exchange != null) {
      exchange.clientWritabilityChanged();
    }
  }

  /** A reset or the like: the usual end of many clients, so not worth a word. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    abort();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state = State.CLOSED;
    Exchange left = exchange;
    exchange = null;
    if (left != null) {
      left.clientGone();
    }
    input.release();
    input = Unpooled.EMPTY_BUFFER;
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
