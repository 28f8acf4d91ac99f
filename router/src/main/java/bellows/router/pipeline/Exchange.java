package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.accesslog.RequestId;
import bellows.router.backend.BackendConnection;
import bellows.router.backend.BackendPool;
import bellows.router.backend.BackendUser;
import bellows.router.balance.InstancePin;
import bellows.router.balance.StickySession;
import bellows.router.errors.BackendFailure;
import bellows.router.errors.RouterError;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
import bellows.router.http1.ChunkEncoder;
import bellows.router.http1.Flaw;
import bellows.router.http1.HeadScanner;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.routes.Endpoint;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way. The stages, in order:
 *
 * <ol>
 *   <li>{@link #start}: the head is read by the strict parser, or refused;
 *   <li>{@link #route}: host and path give the pool;
 *   <li>{@link #attempt}: pinned instance, sticky session or the next in turn give the endpoint;
 *   <li>{@link #connected}: the head is written anew for the endpoint, the body follows as it
 *       comes;
 *   <li>{@link #backendRead}: the response's head is read as strictly and written anew for the
 *       client, the body follows as it comes;
 *   <li>{@link #fail}: another endpoint where that is safe, else an answer of our own;
 *   <li>{@link #finish}: access log and counters, then it is used again for the next request.
 * </ol>
 *
 * <p>Bodies flow both ways at once, and each side is read only as fast as the other one takes it.
 */
final class Exchange implements BackendUser, RouteTable.PathSource {
  private static final int INTERIM_RESPONSES = 16;

  private enum Phase {
    /** No endpoint yet, or waiting for a connection to it. */
    CHOOSING,
    /** Sent, at least in part; no final response yet. */
    WAITING,
    RESPONDING,
    TUNNEL,
    FINISHED
  }

  private final Lane lane;
  private final RequestHead head = new RequestHead();
  private final ResponseHead response = new ResponseHead();
  private final AccessRecord record = new AccessRecord(head);
  private final BodyDecoder requestBody = new BodyDecoder();
  private final BodyDecoder responseBody = new BodyDecoder();
  private final ChunkEncoder requestChunks = new ChunkEncoder();
  private final ChunkEncoder responseChunks = new ChunkEncoder();
  private final HeadScanner scanner = new HeadScanner();
  private final Endpoint[] tried;
  private Phase phase = Phase.FINISHED;
  private @Nullable ClientConnection client;
  private @Nullable BackendConnection backend;
  private BackendPool.@Nullable Dial dial;
  private @Nullable Endpoint endpoint;
  private @Nullable Pool pool;
  private @Nullable String stickyTo;
  private ByteBuf responseInput = Unpooled.EMPTY_BUFFER;
  private ResponseWriter.Framing framing = ResponseWriter.Framing.AS_ANNOUNCED;
  private int triedCount;
  private int attempts;
  private int interims;
  private long startedNanos;
  private long attemptNanos;
  private boolean pinned;
  private boolean bodySent;
  private boolean requestDone;
  private boolean responseSeen;
  private boolean freshConnection;
  private boolean clientKept;

  Exchange(Lane lane) {
    this.lane = lane;
    this.tried = new Endpoint[lane.shared().maxAttempts()];
  }

  // 1. The head.

  void start(ClientConnection from, int headLength) {
    begin(from);
    head.load(from.input(), headLength);
    Flaw flaw = head.parse(lane.shared().limits());
    if (flaw == null) {
      requestBody.framedBy(head);
      flaw = flawInWhatIsHere(from.input());
    }
    if (flaw == null) {
      route();
    } else {
      answer(flaw);
    }
  }

  /** Answers what could not be read as a head at all. */
  void refuse(ClientConnection from, Flaw flaw) {
    begin(from);
    head.clear();
    answer(flaw);
  }

  /** Answers a head that does not come to its end. */
  void timeOut(ClientConnection from) {
    begin(from);
    head.clear();
    answer(RouterError.REQUEST_TIMEOUT, "", "", true);
  }

  private void begin(ClientConnection from) {
    client = from;
    phase = Phase.CHOOSING;
    startedNanos = lane.now();
    triedCount = 0;
    attempts = 0;
    interims = 0;
    pinned = false;
    bodySent = false;
    requestDone = false;
    responseSeen = false;
    freshConnection = false;
    stickyTo = null;
    pool = null;
    endpoint = null;
    record.clear();
    record.arrivedUnixNanos = lane.unixNanos(startedNanos);
    record.remote = from.address();
    record.clientIp = from.ip();
    record.trustedClient = from.isTrusted();
    record.idHigh = RequestId.versioned(lane.random());
    record.idLow = RequestId.variant(lane.random());
    requestBody.none();
    requestChunks.reset();
    responseChunks.reset();
    scanner.reset();
  }

  /** A chunked body with a flaw in what has come is refused before anyone hears of it. */
  private @Nullable Flaw flawInWhatIsHere(ByteBuf input) {
    if (!head.isChunked() || !input.isReadable()) {
      return null;
    }
    BodyDecoder probe = lane.probe();
    probe.chunked();
    int start = input.readerIndex();
    for (int data = probe.available(input); data > 0; data = probe.available(input)) {
      input.skipBytes(data);
      probe.took(data);
    }
    input.readerIndex(start);
    return probe.flaw();
  }

  // 2. The route.

  private void route() {
    ClientConnection from = client();
    String host = from.host(head);
    if (!head.hasHost() || host.equals(from.ip())) {
      answer(RouterError.EMPTY_HOST, "", "", false);
      return;
    }
    Pool found = lane.shared().routes().table().find(host, this);
    if (found == null) {
      answer(RouterError.UNKNOWN_ROUTE, host, "", false);
    } else if (found.isEmpty()) {
      answer(RouterError.NO_ENDPOINTS, host, "", false);
    } else if (!found.routeServiceUrl().isEmpty()) {
      // Sent on without its route service the request would pass by what guards the app.
      answer(RouterError.ROUTE_SERVICE_UNSUPPORTED, host, "", false);
    } else {
      pool = found;
      chooseFirst(found, host);
    }
  }

  @Override
  public String lowerCasePath() {
    int from = head.pathStart();
    int to = head.pathEnd();
    if (to > from && head.bytes()[to - 1] == '/') {
      to--;
    }
    return head.text(from, to).toLowerCase(Locale.ROOT);
  }

  // 3. The endpoint.

  private void chooseFirst(Pool among, String host) {
    HeaderName pinning = InstancePin.header(head);
    if (pinning != null) {
      String value = head.value(pinning);
      Optional<InstancePin> pin = InstancePin.parse(pinning, value == null ? "" : value);
      if (pin.isEmpty()) {
        boolean ofApp = pinning == HeaderName.X_CF_APP_INSTANCE;
        answer(
            ofApp ? RouterError.INVALID_APP_INSTANCE : RouterError.INVALID_PROCESS_INSTANCE,
            host,
            "",
            false);
        return;
      }
      Endpoint meant = pin.get().find(among);
      if (meant == null) {
        answer(RouterError.UNKNOWN_INSTANCE, host, "", false);
      } else if (!lane.shared().balancer().hasRoom(meant)) {
        answer(RouterError.CONNECTION_LIMIT, host, "", false);
      } else {
        pinned = true;
        attempt(meant);
      }
      return;
    }
    stickyTo = lane.shared().sticky().wanted(head);
    if (stickyTo != null) {
      Endpoint sticky = StickySession.find(among, stickyTo);
      if (sticky != null && lane.shared().balancer().hasRoom(sticky)) {
        attempt(sticky);
        return;
      }
    }
    Endpoint next = lane.shared().balancer().next(among, startedNanos, tried, 0);
    if (next == null) {
      answer(RouterError.CONNECTION_LIMIT, host, "", false);
    } else {
      attempt(next);
    }
  }

  private void attempt(Endpoint to) {
    attempts++;
    endpoint = to;
    record.endpoint = to;
    to.begin();
    phase = Phase.CHOOSING;
    attemptNanos = lane.now();
    boolean fresh = freshConnection;
    freshConnection = false;
    BackendPool backends = lane.backends();
    // Set only while it is open: a connection from the pool has come already.
    BackendPool.Dial open = fresh ? backends.dial(to, this) : backends.lease(to, this);
    if (open != null) {
      dial = open;
    }
  }

  @Override
  public void dialFailed(Throwable cause) {
    dial = null;
    String message = cause.getMessage();
    fail(BackendFailure.DIAL, "dial: " + (message == null ? cause.toString() : message));
  }

  // 4. The request.

  @Override
  public void connected(BackendConnection connection) {
    dial = null;
    backend = connection;
    phase = Phase.WAITING;
    responseSeen = false;
    scanner.reset();
    Channel channel = connection.channel();
    AsciiWriter writer = lane.writer();
    RequestWriter.write(writer, record, endpoint());
    ByteBuf out = channel.alloc().directBuffer(writer.length());
    writer.copyTo(out);
    write(channel, out);
    pumpRequest(connection);
    channel.flush();
  }

  /** More bytes of the client are there. */
  void clientRead() {
    BackendConnection to = backend;
    if (to == null) {
      return;
    }
    if (phase == Phase.TUNNEL) {
      pumpTunnel(to);
    } else if (!requestDone) {
      pumpRequest(to);
    }
  }

  void clientReadComplete() {
    if (backend != null) {
      backend.channel().flush();
    }
  }

  private void pumpRequest(BackendConnection to) {
    ClientConnection from = client();
    ByteBuf input = from.input();
    Channel channel = to.channel();
    while (!requestBody.isEnded()) {
      if (!channel.isWritable()) {
        from.pauseReading();
        break;
      }
      int data = requestBody.available(input);
      if (data == 0) {
        break;
      }
      if (head.isChunked()) {
        write(channel, requestChunks.before(channel.alloc(), data));
      }
      write(channel, input.readRetainedSlice(data));
      requestBody.took(data);
      record.requestBytes += data;
      bodySent = true;
    }
    from.releaseInput();
    Flaw flaw = requestBody.flaw();
    if (flaw != null) {
      badBody(flaw);
    } else if (!requestBody.isEnded()) {
      if (channel.isWritable()) {
        from.resumeReading();
      }
    } else {
      requestDone = true;
      if (head.isChunked()) {
        write(channel, requestChunks.last(channel.alloc()));
        bodySent = true;
      }
    }
  }

  /** The backend has part of the request and must not take it for the whole. */
  private void badBody(Flaw flaw) {
    dropBackend();
    if (phase == Phase.WAITING) {
      answer(flaw);
    } else {
      breakOff();
    }
  }

  private void pumpTunnel(BackendConnection to) {
    ClientConnection from = client();
    ByteBuf input = from.input();
    int data = input.readableBytes();
    if (data > 0) {
      write(to.channel(), input.readRetainedSlice(data));
      record.requestBytes += data;
      from.releaseInput();
    }
    if (!to.channel().isWritable()) {
      to.channel().flush();
      if (!to.channel().isWritable()) {
        from.pauseReading();
      }
    }
  }

  @Override
  public void backendWritabilityChanged() {
    BackendConnection to = backend;
    if (to == null || !to.channel().isWritable()) {
      return;
    }
    client().resumeReading();
    if (phase != Phase.TUNNEL && !requestDone) {
      pumpRequest(to);
      to.channel().flush();
    }
  }

  // 5. The response.

  @Override
  public void backendRead(ByteBuf bytes) {
    responseSeen = true;
    switch (phase) {
      case WAITING -> {
        appendResponse(bytes);
        readResponseHeads();
      }
      case RESPONDING -> relay(bytes);
      case TUNNEL -> {
        record.responseBytes += bytes.readableBytes();
        toClient(bytes);
      }
      case CHOOSING, FINISHED -> bytes.release();
    }
  }

  private void appendResponse(ByteBuf bytes) {
    if (!responseInput.isReadable()) {
      responseInput.release();
      responseInput = bytes;
      return;
    }
    ByteBuf joined =
        client()
            .channel()
            .alloc()
            .directBuffer(responseInput.readableBytes() + bytes.readableBytes());
    joined.writeBytes(responseInput).writeBytes(bytes);
    responseInput.release();
    bytes.release();
    responseInput = joined;
  }

  private void readResponseHeads() {
    while (phase == Phase.WAITING) {
      int length = scanner.find(responseInput);
      int size = length == HeadScanner.INCOMPLETE ? responseInput.readableBytes() : length;
      if (size > lane.shared().limits().headBytes()) {
        fail(BackendFailure.MALFORMED_RESPONSE, "response header too large");
        return;
      }
      if (length == HeadScanner.INCOMPLETE) {
        return;
      }
      if (length == HeadScanner.MALFORMED || length == 2) {
        fail(BackendFailure.MALFORMED_RESPONSE, Flaw.BARE_LINE_FEED.text());
        return;
      }
      response.load(responseInput, length);
      scanner.reset();
      Flaw flaw = response.parse(lane.shared().limits());
      if (flaw != null) {
        fail(BackendFailure.MALFORMED_RESPONSE, flaw.text());
        return;
      }
      understand();
    }
  }

  private void understand() {
    int status = response.status();
    if (status == 101) {
      if (head.isWebSocket() && response.has(HeaderName.UPGRADE)) {
        openTunnel();
      } else {
        fail(BackendFailure.MALFORMED_RESPONSE, "switches to a protocol that nobody asked for");
      }
    } else if (status < 200) {
      if (++interims > INTERIM_RESPONSES) {
        fail(BackendFailure.MALFORMED_RESPONSE, "too many interim responses");
      } else if (head.isHttp11()) {
        AsciiWriter writer = lane.writer();
        ResponseWriter.writeInterim(writer, response);
        toClient(writer);
        client().channel().flush();
      }
    } else {
      respond();
    }
  }

  private void respond() {
    phase = Phase.RESPONDING;
    record.status = response.status();
    boolean withoutBody =
        head.method() == RequestHead.Method.HEAD
            || response.status() == 204
            || response.status() == 304;
    framing = ResponseWriter.Framing.AS_ANNOUNCED;
    if (withoutBody) {
      responseBody.none();
    } else if (!response.isChunked() && response.contentLength() >= 0) {
      responseBody.length(response.contentLength());
    } else {
      if (response.isChunked()) {
        responseBody.chunked();
      } else {
        responseBody.untilClose();
      }
      framing = head.isHttp11() ? ResponseWriter.Framing.CHUNKED : ResponseWriter.Framing.CLOSE;
    }
    // An answer before the end of the request: what still comes must not be read as a request.
    clientKept =
        head.keepsAlive()
            && requestDone
            && framing != ResponseWriter.Framing.CLOSE
            && !lane.isDraining();
    AsciiWriter writer = lane.writer();
    ResponseWriter.write(
        writer,
        response,
        record,
        framing,
        clientKept ? ResponseWriter.Connection.KEPT : ResponseWriter.Connection.CLOSED,
        pool == null ? null : lane.shared().sticky().cookie(response, pool, endpoint(), stickyTo));
    toClient(writer);
    ByteBuf rest = responseInput;
    responseInput = Unpooled.EMPTY_BUFFER;
    relay(rest);
  }

  /** Passes on what belongs to the body, and takes note of its end. */
  private void relay(ByteBuf bytes) {
    Channel to = client().channel();
    while (!responseBody.isEnded()) {
      int data = responseBody.available(bytes);
      if (data == 0) {
        break;
      }
      if (framing == ResponseWriter.Framing.CHUNKED) {
        write(to, responseChunks.before(to.alloc(), data));
      }
      write(to, bytes.readRetainedSlice(data));
      responseBody.took(data);
      record.responseBytes += data;
    }
    boolean excess = bytes.isReadable();
    bytes.release();
    if (responseBody.flaw() != null) {
      lane.shared().counters().failed(BackendFailure.MALFORMED_RESPONSE);
      dropBackend();
      breakOff();
    } else if (responseBody.isEnded()) {
      complete(!excess);
    }
  }

  @Override
  public void backendReadComplete() {
    if (phase == Phase.FINISHED) {
      return;
    }
    Channel to = client().channel();
    to.flush();
    if (backend != null && !to.isWritable()) {
      backend.channel().config().setAutoRead(false);
    }
  }

  void clientWritabilityChanged() {
    if (backend != null && client().channel().isWritable()) {
      backend.channel().config().setAutoRead(true);
    }
  }

  private void openTunnel() {
    phase = Phase.TUNNEL;
    record.status = 101;
    AsciiWriter writer = lane.writer();
    ResponseWriter.write(
        writer,
        response,
        record,
        ResponseWriter.Framing.AS_ANNOUNCED,
        ResponseWriter.Connection.TUNNEL,
        pool == null ? null : lane.shared().sticky().cookie(response, pool, endpoint(), stickyTo));
    toClient(writer);
    ByteBuf rest = responseInput;
    responseInput = Unpooled.EMPTY_BUFFER;
    record.responseBytes += rest.readableBytes();
    toClient(rest);
    client().resumeReading();
    BackendConnection to = backend;
    if (to != null) {
      pumpTunnel(to);
      to.channel().flush();
    }
  }

  private void toClient(ByteBuf bytes) {
    write(client().channel(), bytes);
  }

  /** A write that fails ends its channel, and that is what we hear of. */
  private static void write(Channel to, ByteBuf bytes) {
    var _ = to.write(bytes, to.voidPromise());
  }

  private void toClient(AsciiWriter writer) {
    ByteBuf out = client().channel().alloc().directBuffer(writer.length());
    writer.copyTo(out);
    toClient(out);
  }

  /**
   * @param clean nothing came after the response
   */
  private void complete(boolean clean) {
    if (framing == ResponseWriter.Framing.CHUNKED) {
      toClient(responseChunks.last(client().channel().alloc()));
    }
    BackendConnection used = backend;
    if (used != null) {
      backend = null;
      if (clean && requestDone && response.keepsAlive()) {
        lane.backends().giveBack(used, lane.coarseNow());
      } else {
        used.discard();
      }
    }
    client().channel().flush();
    finish(clientKept);
  }

  // 6. Failure.

  @Override
  public void backendClosed(@Nullable Throwable cause) {
    BackendConnection closed = backend;
    backend = null;
    switch (phase) {
      case WAITING -> {
        if (responseSeen) {
          fail(BackendFailure.MALFORMED_RESPONSE, "closed within the response header");
        } else if (closed != null && closed.isUsedBefore()) {
          fail(BackendFailure.STALE_CONNECTION, cause == null ? "EOF" : "connection reset");
        } else if (cause == null) {
          fail(BackendFailure.END_OF_STREAM, "EOF");
        } else {
          fail(BackendFailure.RESET, "connection reset");
        }
      }
      case RESPONDING -> {
        if (cause == null && framesByClose()) {
          complete(true);
        } else {
          breakOff();
        }
      }
      case TUNNEL -> {
        ClientConnection to = client();
        finish(false);
        to.closeAfterTunnel();
      }
      case CHOOSING, FINISHED -> {
        // Nothing is expected of it.
      }
    }
  }

  private boolean framesByClose() {
    return !response.isChunked() && response.contentLength() < 0;
  }

  /** Another attempt where that is safe, else an answer. Nothing has gone to the client yet. */
  private void fail(BackendFailure failure, String detail) {
    lane.shared().counters().failed(failure);
    dropBackend();
    responseInput.release();
    responseInput = Unpooled.EMPTY_BUFFER;
    record.failedAttempts++;
    Endpoint failed = endpoint();
    failed.end();
    endpoint = null;
    if (failure.marksEndpoint()) {
      failed.markFailed(lane.now() + lane.shared().routes().rules().failurePause().toNanos());
    }
    Endpoint next = mayRetry(failure) ? another(failure, failed) : null;
    if (next == null) {
      answer(failure.error(), "", failed.address() + ": " + detail, false);
    } else {
      lane.shared().counters().retried();
      attempt(next);
    }
  }

  private boolean mayRetry(BackendFailure failure) {
    if (attempts >= lane.shared().maxAttempts() || interims > 0) {
      return false;
    }
    return switch (failure.retry()) {
      case NEVER -> false;
      case ALWAYS -> true;
      case WHEN_REPEATABLE -> head.isIdempotent() && !bodySent;
    };
  }

  private @Nullable Endpoint another(BackendFailure failure, Endpoint failed) {
    if (failure == BackendFailure.STALE_CONNECTION) {
      freshConnection = true;
      return failed;
    }
    tried[triedCount++] = failed;
    Pool among = pool;
    if (among == null || pinned) {
      return null; // nobody can stand in for an instance that was asked for
    }
    return lane.shared().balancer().next(among, lane.now(), tried, triedCount);
  }

  private void answer(Flaw flaw) {
    lane.shared().counters().refused(flaw);
    if (flaw == Flaw.VERSION) {
      record.status = 400;
      toClient(Unpooled.wrappedBuffer(Lines.NOT_HTTP_1));
      client().channel().flush();
      finish(false);
      return;
    }
    RouterError error =
        switch (flaw) {
          case URI_TOO_LONG -> RouterError.URI_TOO_LONG;
          case HEADER_TOO_LARGE, TOO_MANY_HEADERS -> RouterError.REQUEST_TOO_LARGE;
          case EXPECTATION -> RouterError.EXPECTATION_FAILED;
          default -> RouterError.MALFORMED_REQUEST;
        };
    answer(error, flaw.text(), "", true);
  }

  /** An answer of our own. Nothing has gone to the client yet. */
  private void answer(RouterError error, String subject, String detail, boolean closes) {
    lane.shared().counters().refused(error);
    record.status = error.status();
    record.routerError = ResponseWriter.headerValue(error, detail);
    boolean close = closes || !head.keepsAlive() || !skipBody() || lane.isDraining();
    AsciiWriter writer = lane.writer();
    record.responseBytes = ResponseWriter.writeError(writer, error, subject, detail, record, close);
    toClient(writer);
    client().channel().flush();
    finish(!close);
  }

  /** Steps over a body that has come as a whole; false when there is more of it. */
  private boolean skipBody() {
    ByteBuf input = client().input();
    for (int data = requestBody.available(input); data > 0; data = requestBody.available(input)) {
      input.skipBytes(data);
      requestBody.took(data);
    }
    return requestBody.isEnded();
  }

  /** The client has part of an answer and must not take it for the whole. */
  private void breakOff() {
    ClientConnection to = client();
    to.channel().flush();
    if (framing == ResponseWriter.Framing.CLOSE) {
      to.reset();
    } else {
      to.abort();
    }
  }

  private void dropBackend() {
    BackendConnection dropped = backend;
    backend = null;
    if (dropped != null) {
      dropped.discard();
    }
  }

  void clientGone() {
    if (phase == Phase.FINISHED) {
      return;
    }
    if (dial != null) {
      dial.cancel();
      dial = null;
    }
    BackendConnection left = backend;
    backend = null;
    if (left != null) {
      if (phase == Phase.TUNNEL) {
        left.closeAfterWriting();
      } else {
        left.discard();
      }
    }
    if (record.status == 0) {
      record.status = 499;
    }
    finish(false);
  }

  void tick(long now) {
    Timeouts timeouts = lane.shared().timeouts();
    ClientConnection from = client();
    if (phase == Phase.TUNNEL) {
      return;
    }
    if (phase != Phase.CHOOSING && now - attemptNanos > timeouts.endpoint().toNanos()) {
      giveUp();
    } else if (now - from.lastWritableNanos(now) > timeouts.clientIdle().toNanos()) {
      from.abort();
    } else if (isWaitingForBody() && now - from.lastReadNanos() > timeouts.clientIdle().toNanos()) {
      dropBackend();
      if (phase == Phase.WAITING) {
        answer(RouterError.REQUEST_TIMEOUT, "", "", true);
      } else {
        breakOff();
      }
    }
  }

  private void giveUp() {
    if (phase == Phase.WAITING) {
      fail(BackendFailure.TIMEOUT, "timeout awaiting response headers");
    } else {
      lane.shared().counters().failed(BackendFailure.TIMEOUT);
      dropBackend();
      breakOff();
    }
  }

  private boolean isWaitingForBody() {
    return phase != Phase.CHOOSING
        && !requestDone
        && backend != null
        && backend.channel().isWritable();
  }

  // 7. The end.

  private void finish(boolean keep) {
    ClientConnection from = client();
    long now = lane.now();
    record.totalNanos = now - startedNanos;
    record.backendNanos = record.endpoint == null ? 0 : now - attemptNanos;
    lane.shared().counters().answered(record.status);
    lane.log().add(record);
    if (endpoint != null) {
      endpoint.end();
      endpoint = null;
    }
    responseInput.release();
    responseInput = Unpooled.EMPTY_BUFFER;
    phase = Phase.FINISHED;
    client = null;
    pool = null;
    record.endpoint = null;
    head.trim();
    response.trim();
    lane.recycle(this);
    from.exchangeDone(keep);
  }

  boolean isTunnel() {
    return phase == Phase.TUNNEL;
  }

  private ClientConnection client() {
    if (client == null) {
      throw new IllegalStateException("no client");
    }
    return client;
  }

  private Endpoint endpoint() {
    if (endpoint == null) {
      throw new IllegalStateException("no endpoint");
    }
    return endpoint;
  }
}
