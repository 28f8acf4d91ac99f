package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.accesslog.RequestId;
import bellows.router.backend.BackendConnection;
import bellows.router.backend.BackendPool;
import bellows.router.backend.BackendUser;
import bellows.router.balance.Selection;
import bellows.router.errors.BackendFailure;
import bellows.router.errors.RouterError;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.BodyDecoder;
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
import org.jspecify.annotations.Nullable;

/**
 * One request on its way. The stages, in order:
 *
 * <ol>
 *   <li>{@link #start}: the head is read by the strict parser, or refused;
 *   <li>{@link #route}: host and path give the pool;
 *   <li>{@link #attempt}: pinned instance, sticky session or the balancer give the endpoint; one
 *       that sleeps is woken by what is sent to it;
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
  private final HeadScanner scanner = new HeadScanner();
  private final BodyFlow requestBody = new BodyFlow();
  private final BodyFlow responseBody = new BodyFlow();
  private final Selection selection;
  private Phase phase = Phase.FINISHED;
  private @Nullable ClientConnection client;
  private @Nullable BackendConnection backend;
  private BackendPool.@Nullable Dial dial;
  private @Nullable Endpoint endpoint;
  private ByteBuf responseInput = Unpooled.EMPTY_BUFFER;
  private ResponseWriter.Framing framing = ResponseWriter.Framing.AS_ANNOUNCED;
  private int interims;
  private long startedNanos;
  private long attemptNanos;
  private boolean bodySent;
  private boolean requestDone;
  private boolean responseSeen;
  private boolean clientKept;

  Exchange(Lane lane) {
    this.lane = lane;
    Shared shared = lane.shared();
    this.selection = new Selection(shared.balancer(), shared.sticky(), shared.maxAttempts());
  }

  // 1. The head.

  void start(ClientConnection from, int headLength) {
    begin(from);
    head.load(from.input(), headLength);
    Flaw flaw = head.parse(lane.shared().limits());
    if (flaw == null) {
      requestBody.restart(head.isChunked()).framedBy(head);
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
    interims = 0;
    bodySent = false;
    requestDone = false;
    responseSeen = false;
    endpoint = null;
    record.clear();
    record.arrivedUnixNanos = lane.unixNanos(startedNanos);
    record.remote = from.address();
    record.clientIp = from.ip();
    record.trustedClient = from.isTrusted();
    record.idHigh = RequestId.versioned(lane.random());
    record.idLow = RequestId.variant(lane.random());
    selection.clear();
    requestBody.restart(false);
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
      Endpoint first = selection.first(head, found, startedNanos);
      if (first == null) {
        answer(selection.refusal(), host, "", false);
      } else if (showsWakePage(first)) {
        showWakePage(first);
      } else {
        attempt(first);
      }
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

  private void attempt(Endpoint to) {
    endpoint = to;
    record.endpoint = to;
    to.begin();
    phase = Phase.CHOOSING;
    attemptNanos = lane.now();
    record.woke = to.isAsleep();
    if (record.woke && beginWake(to, attemptNanos)) {
      lane.shared().counters().woke();
    }
    BackendPool backends = lane.backends();
    BackendPool.Dial open =
        selection.needsFreshConnection() ? backends.dial(to, this) : backends.lease(to, this);
    // A connection from the pool, or a failure, may have come already.
    if (open != null && open.isOpen()) {
      dial = open;
    }
  }

  private static boolean beginWake(Endpoint sleeping, long now) {
    return sleeping.beginWake(now, now + Timeouts.WAKE.toNanos());
  }

  /** Not after a failed wake: the browser shall see the reason then, and not wait for ever. */
  private boolean showsWakePage(Endpoint chosen) {
    return chosen.isAsleep()
        && chosen.hasWakePage()
        && !chosen.hasFailedToWake(startedNanos)
        && WakePage.suits(head);
  }

  /** A page instead of the wait; the wake goes on behind it. */
  private void showWakePage(Endpoint sleeping) {
    Counters counters = lane.shared().counters();
    if (beginWake(sleeping, startedNanos)) {
      counters.woke();
      lane.backends().knock(sleeping, Timeouts.WAKE, () -> wakeFailed(lane, sleeping));
    }
    counters.wakePageShown();
    record.endpoint = sleeping;
    record.status = 503;
    record.routerError = WakePage.REASON;
    boolean close = !head.keepsAlive() || !skipBody() || lane.isDraining();
    AsciiWriter writer = lane.writer();
    record.responseBytes = ResponseWriter.writeWakePage(writer, record, close);
    toClient(writer);
    client().channel().flush();
    finish(!close);
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
    record.routeNanos = lane.now() - startedNanos;
    scanner.reset();
    Channel channel = connection.channel();
    AsciiWriter writer = lane.writer();
    RequestWriter.write(writer, record, endpoint());
    ByteBuf out = channel.alloc().directBuffer(writer.length());
    writer.copyTo(out);
    BodyFlow.write(channel, out);
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
    long moved = requestBody.move(input, channel, true);
    record.requestBytes += moved;
    bodySent |= moved > 0;
    from.releaseInput();
    Flaw flaw = requestBody.decoder().flaw();
    if (flaw != null) {
      badBody(flaw);
    } else if (requestBody.decoder().isEnded()) {
      requestDone = true;
      bodySent |= head.isChunked();
      requestBody.end(channel);
    } else if (channel.isWritable()) {
      from.resumeReading();
    } else {
      from.pauseReading();
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
      BodyFlow.write(to.channel(), input.readRetainedSlice(data));
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
    if (!responseSeen) {
      responseSeen = true;
      record.firstByteNanos = lane.now() - startedNanos - record.routeNanos;
    }
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
    if (record.woke) {
      noteWake();
    }
    boolean withoutBody =
        head.method() == RequestHead.Method.HEAD
            || response.status() == 204
            || response.status() == 304;
    boolean announced = withoutBody || (!response.isChunked() && response.contentLength() >= 0);
    if (announced) {
      framing = ResponseWriter.Framing.AS_ANNOUNCED;
    } else {
      framing = head.isHttp11() ? ResponseWriter.Framing.CHUNKED : ResponseWriter.Framing.CLOSE;
    }
    BodyDecoder body = responseBody.restart(framing == ResponseWriter.Framing.CHUNKED);
    if (withoutBody) {
      body.none();
    } else if (framesByClose()) {
      body.untilClose();
    } else {
      body.framedBy(response);
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
        selection.cookie(response, endpoint()));
    toClient(writer);
    ByteBuf rest = responseInput;
    responseInput = Unpooled.EMPTY_BUFFER;
    relay(rest);
  }

  /** Tells the app's own answer from that of the activator, which could not wake it. */
  private void noteWake() {
    Counters counters = lane.shared().counters();
    String reason = record.status == 503 ? response.value(HeaderName.X_CF_ROUTERERROR) : null;
    if (reason == null) {
      counters.waitedForWake(record.firstByteNanos);
      return;
    }
    record.routerError = reason;
    wakeFailed(lane, endpoint());
  }

  private static void wakeFailed(Lane lane, Endpoint endpoint) {
    lane.shared().counters().wakeFailed();
    endpoint.failWake(lane.now() + lane.shared().routes().rules().failurePause().toNanos());
  }

  /** Passes on what belongs to the body, and takes note of its end. */
  private void relay(ByteBuf bytes) {
    record.responseBytes += responseBody.move(bytes, client().channel(), false);
    boolean excess = bytes.isReadable();
    bytes.release();
    if (responseBody.decoder().flaw() != null) {
      lane.shared().counters().failed(BackendFailure.MALFORMED_RESPONSE);
      dropBackend();
      breakOff();
    } else if (responseBody.decoder().isEnded()) {
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
        selection.cookie(response, endpoint()));
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
    BodyFlow.write(client().channel(), bytes);
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
    responseBody.end(client().channel());
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
        } else if (closed != null && (closed.isUsedBefore() || endpoint().maySleep())) {
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
    failed.endWake();
    if (failure.marksEndpoint()) {
      failed.markFailed(lane.now() + lane.shared().routes().rules().failurePause().toNanos());
    }
    boolean repeatable = head.isIdempotent() && !bodySent && interims == 0;
    Endpoint next = selection.next(failure, failed, repeatable, lane.now());
    if (next == null) {
      answer(failure.error(), "", failed.address() + ": " + detail, false);
    } else {
      lane.shared().counters().retried();
      attempt(next);
    }
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
    BodyDecoder body = requestBody.decoder();
    for (int data = body.available(input); data > 0; data = body.available(input)) {
      input.skipBytes(data);
      body.took(data);
    }
    return body.isEnded();
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
    if (phase != Phase.CHOOSING && now - attemptNanos > patience(timeouts)) {
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

  private long patience(Timeouts timeouts) {
    return timeouts.endpoint().toNanos() + (record.woke ? Timeouts.WAKE.toNanos() : 0);
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
