package bellows.router.pipeline;

import bellows.base.ids.Ids;
import bellows.router.accesslog.LogLane;
import bellows.router.backend.BackendPool;
import bellows.router.backend.Http2Pool;
import bellows.router.backend.Transport;
import bellows.router.compression.Encoders;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
import bellows.router.metrics.LatencyLane;
import bellows.router.routes.Endpoint;
import bellows.router.tls.BackendTls;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with all that its requests need: a request's client and backend connection live on
 * the same loop, so nothing here is shared, locked or handed over. Used on its loop only, except
 * where a method says otherwise.
 */
public final class Lane {
  private static final int FREE_EXCHANGES = 256;
  private static final int HEAD_BYTES = 4096;

  /** How precise time limits are. */
  private static final long TICK_MILLIS = 100;

  private final Shared shared;
  private final EventLoop loop;
  private final BackendPool backends;
  private final Http2Pool http2Backends;
  private final Wakes wakes = new Wakes(this);
  private final LogLane log;
  private final LatencyLane latencies;
  private final List<FrontConnection> connections = new ArrayList<>();
  private final Set<Channel> spliced = new HashSet<>();
  private final ArrayDeque<Exchange> free = new ArrayDeque<>();
  private final Encoders encoders = new Encoders();
  private final AsciiWriter writer = new AsciiWriter(HEAD_BYTES);
  private final BodyDecoder probe = new BodyDecoder();
  private final SplittableRandom random = new SplittableRandom(seed());
  private @Nullable ScheduledFuture<?> ticks;
  private long coarseNanos;
  private long unixOffsetNanos;
  private final AtomicInteger channels = new AtomicInteger();
  private boolean retiring;
  private boolean draining;

  public Lane(
      Shared shared,
      EventLoop loop,
      Transport transport,
      BackendPool.Config backendConfig,
      BackendTls backendTls) {
    this.shared = shared;
    this.loop = loop;
    this.backends = new BackendPool(backendConfig, loop, transport, backendTls);
    this.http2Backends = new Http2Pool(backends, shared.limits().headBytes());
    this.log = new LogLane(shared.accessLog());
    this.latencies = shared.latencies().newLane();
    readClocks();
  }

  private static long seed() {
    byte[] bytes = Ids.randomBytes(Long.BYTES);
    return ByteBuffer.wrap(bytes).getLong();
  }

  /** Watches time limits from now on, until there is nothing left that has one. */
  private void watch() {
    if (ticks == null) {
      readClocks();
      ticks = loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    readClocks();
    backends.sweep(coarseNanos);
    http2Backends.sweep(coarseNanos);
    for (int i = connections.size() - 1; i >= 0; i--) {
      connections.get(i).tick(coarseNanos);
    }
    log.flush();
    if (ticks != null
        && connections.isEmpty()
        && backends.idleConnections() == 0
        && http2Backends.isEmpty()) {
      ticks.cancel(false);
      ticks = null;
    }
  }

  private void readClocks() {
    coarseNanos = shared.scheduler().nanoTime();
    Instant wall = shared.scheduler().now();
    unixOffsetNanos = wall.getEpochSecond() * 1_000_000_000L + wall.getNano() - coarseNanos;
  }

  /**
   * Counts a connection of a client that will be {@link #admitted}. Any thread. One that the loop
   * cannot take after all, as the kernel has no memory to watch it, is counted for good: the loop
   * then gets one less than others, and a router that leaves waits for its whole time.
   */
  void expect() {
    channels.incrementAndGet();
  }

  /** An expected connection is here, and counts to its last moment. */
  void admitted(Channel channel) {
    channel.closeFuture().addListener(_ -> channels.decrementAndGet());
  }

  /** As {@link #admitted}, for one of a TCP route: it ends by itself, or with the lane. */
  void admittedToSplice(Channel channel) {
    admitted(channel);
    spliced.add(channel);
    channel.closeFuture().addListener(_ -> spliced.remove(channel));
  }

  /** Connections of clients, whatever they do. Any thread. */
  public int connections() {
    return channels.get();
  }

  /** Answers what comes, and asks every client to go elsewhere after that. */
  public void retire() {
    retiring = true;
    for (FrontConnection connection : List.copyOf(connections)) {
      connection.retire();
    }
  }

  /** Ends what is idle, and lets nothing new begin. */
  public void drain() {
    retiring = true;
    draining = true;
    for (FrontConnection connection : List.copyOf(connections)) {
      connection.drain();
    }
  }

  /** Requests that are not answered yet; WebSockets do not count. */
  public int busy() {
    return (int) connections.stream().filter(FrontConnection::isBusy).count();
  }

  /** Ends everything. */
  public void abort() {
    for (FrontConnection connection : List.copyOf(connections)) {
      connection.abort();
    }
    for (Channel channel : List.copyOf(spliced)) {
      var _ = channel.close();
    }
  }

  /** Hands over what the access log has collected. */
  public void flushLog() {
    log.flush();
  }

  void add(FrontConnection connection) {
    watch();
    shared.counters().connectionOpened();
    connection.position(connections.size());
    connections.add(connection);
    if (retiring) {
      connection.retire();
    }
  }

  void remove(FrontConnection connection) {
    shared.counters().connectionClosed();
    int position = connection.position();
    FrontConnection last = connections.removeLast();
    if (position < connections.size()) {
      connections.set(position, last);
      last.position(position);
    }
  }

  Exchange exchange() {
    @Nullable Exchange exchange = free.pollLast();
    return exchange == null ? new Exchange(this) : exchange;
  }

  void recycle(Exchange exchange) {
    if (free.size() < FREE_EXCHANGES) {
      free.addLast(exchange);
    }
  }

  /** Removes an endpoint from the table, on another thread: that has a lock. */
  void drop(Endpoint endpoint) {
    var _ =
        shared
            .scheduler()
            .after(
                Duration.ZERO, () -> shared.routes().drop(endpoint, shared.scheduler().nanoTime()));
  }

  /** Runs it on this loop, soon. From any thread. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  Shared shared() {
    return shared;
  }

  BackendPool backends() {
    watch();
    return backends;
  }

  Http2Pool http2Backends() {
    watch();
    return http2Backends;
  }

  Wakes wakes() {
    return wakes;
  }

  public LogLane log() {
    watch();
    return log;
  }

  LatencyLane latencies() {
    return latencies;
  }

  /** Whether a connection ends with its next answer. */
  boolean isRetiring() {
    return retiring;
  }

  /** Whether nothing new may begin. */
  boolean isDraining() {
    return draining;
  }

  /** The time, precisely. */
  public long now() {
    return shared.scheduler().nanoTime();
  }

  /** The time of the last tick: free of charge. */
  long coarseNow() {
    if (ticks == null) {
      readClocks();
    }
    return coarseNanos;
  }

  public long unixNanos(long nanos) {
    return nanos + unixOffsetNanos;
  }

  long random() {
    return random.nextLong();
  }

  RandomGenerator randomness() {
    return random;
  }

  /** An empty writer, until the next call. */
  AsciiWriter writer() {
    writer.clear();
    return writer;
  }

  Encoders encoders() {
    return encoders;
  }

  /** A decoder to look ahead with, until the next call. */
  BodyDecoder probe() {
    return probe;
  }
}
