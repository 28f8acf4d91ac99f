package bellows.router.pipeline;

import bellows.router.accesslog.AccessRecord;
import bellows.router.accesslog.RequestId;
import bellows.router.balance.Selection;
import bellows.router.errors.BackendFailure;
import bellows.router.errors.RetryRefusal;
import bellows.router.errors.RouterError;
import bellows.router.http1.AsciiWriter;
import bellows.router.http1.Flaw;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import bellows.router.metrics.LatencyLane;
import bellows.router.metrics.RequestClass;
import bellows.router.ratelimit.RateLimit;
import bellows.router.ratelimit.RateLimits;
import bellows.router.routes.Endpoint;
import bellows.router.routes.HostName;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteTable;
import bellows.router.routeservices.Detour;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way from a {@link Client} to an {@link Upstream}, whatever protocols they
 * speak. The stages, in order:
 *
 * <ol>
 *   <li>{@link #start}: the head is read by the strict parser, or refused;
 *   <li>{@link #route}: host and path give the pool;
 *   <li>{@link #admit}: whoever asks too often goes no further, and what has not been at the
 *       route's service goes there first;
 *   <li>{@link #attempt}: pinned instance, sticky session or the balancer give the endpoint; one
 *       that sleeps is woken by what is sent to it;
 *   <li>{@link #connected}: the head is written anew for the endpoint, the body follows as it
 *       comes;
 *   <li>{@link #responseHeadRead}: the response's head is written anew for the client, the body
 *       follows as it comes;
 *   <li>{@link #upstreamFailed}: another endpoint where that is safe, else an answer of our own;
 *   <li>{@link #finish}: access log and counters, then it is used again for the next request.
 * </ol>
 *
 * <p>Bodies flow both ways at once, and each side is read only as fast as the other one takes it.
 */
final class Exchange implements Upstream.User, ServiceVisit.User, RouteTable.PathSource {
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
  private final Upstream http1;
  private final Upstream http2;
  private Upstream upstream;
  private final Selection selection;
  private final ServiceVisit visit;
  private final BodyCompression compression;
  private Phase phase = Phase.FINISHED;
  private @Nullable Client client;
  private @Nullable Endpoint endpoint;
  private int interims;

  private long startedNanos;
  private long attemptNanos;
  private long heldNanos;
  private boolean bodySent;
  private boolean requestDone;
  private boolean clientKept;

  Exchange(Lane lane) {
    this.lane = lane;
    Shared shared = lane.shared();
    this.selection = new Selection(shared.balancer(), shared.sticky(), shared.retries());
    this.visit = new ServiceVisit(lane, this);
    this.compression = new BodyCompression(lane);
    this.http1 = new Http1Upstream(lane, response, this);
    this.http2 = new Http2Upstream(lane, response, this);
    this.upstream = http1;
  }

  // 1. The head.

  /** Takes the client's next request; the head that it is to be loaded into. */
  RequestHead begin(Client from) {
    client = from;
    phase = Phase.CHOOSING;
    startedNanos = lane.now();
    heldNanos = 0;
    interims = 0;
    compression.want(false);
    bodySent = false;
    requestDone = false;
    endpoint = null;
    record.clear();
    record.arrivedUnixNanos = lane.unixNanos(startedNanos);
    Peer peer = from.peer();
    record.remote = peer.address();
    record.clientIp = peer.ip();
    record.trustedClient = peer.trusted();
    record.tls = peer.tls();
    record.http2 = peer.http2();
    record.passesCertificate = lane.shared().forwardedClientCert().passes(peer);
    record.certificate = lane.shared().forwardedClientCert().says(peer);
    record.idHigh = RequestId.versioned(lane.random());
    record.idLow = RequestId.variant(lane.random());
    selection.clear();
    return head;
  }

  /** The head is loaded. */
  void start() {
    Flaw flaw = head.parse(lane.shared().limits());
    if (flaw == null && lane.shared().tracing()) {
      record.trace.read(head, record.idHigh, record.idLow, lane.random() | 1);
    }
    if (flaw == null) {
      flaw = client().beginBody(head);
    }
    if (flaw == null) {
      route();
    } else {
      answer(flaw);
    }
  }

  /** Answers what could not be read as a head at all. */
  void refuse(Flaw flaw) {
    head.clear();
    answer(flaw);
  }

  /** Answers a head that does not come to its end. */
  void timeOut() {
    head.clear();
    answer(RouterError.REQUEST_TIMEOUT, "", "", true);
  }

  // 2. The route.

  private void route() {
    Client from = client();
    HostName name = from.host(head);
    String host = name.text();
    if (!head.hasHost() || host.equals(from.peer().ip())) {
      answer(RouterError.EMPTY_HOST, "", "", false);
      return;
    }
    if (from.peer().isMisdirected(host)) {
      answer(RouterError.MISDIRECTED, host, "", false);
      return;
    }
    Pool found = lane.shared().routes().table().find(name, this);
    if (found == null) {
      answer(RouterError.UNKNOWN_ROUTE, host, "", false);
    } else if (found.isEmpty()) {
      answer(RouterError.NO_ENDPOINTS, host, "", false);
    } else {
      admit(found, host);
    }
  }

  /** To the app, or to what guards it: it shall see no request that has passed by that. */
  private void admit(Pool found, String host) {
    Shared shared = lane.shared();
    switch (shared.routeServices().judge(head, found, shared.routes().table())) {
      case FORGED -> answer(RouterError.ROUTE_SERVICE_FORGED, host, "", false);
      case EXPIRED -> answer(RouterError.ROUTE_SERVICE_EXPIRED, host, "", false);
      case RETURNED -> choose(found, host);
      case AT_SERVICE -> {
        record.detour = shared.routeServices().atService(head);
        choose(found, host);
      }
      case FRESH -> {
        Boolean wanted = found.options().compression();
        compression.want(wanted == null ? shared.compression() : wanted);
        if (!isWithinLimit(found)) {
          answer(RouterError.RATE_LIMITED, host, "", false);
        } else if (found.routeServiceUrl().isEmpty()) {
          choose(found, host);
        } else {
          visit.begin(head, record, found, host);
        }
      }
    }
  }

  private void choose(Pool found, String host) {
    Endpoint first = selection.first(head, found, startedNanos);
    if (first == null) {
      answer(selection.refusal(), host, "", false);
    } else if (Wakes.showsPage(head, first, startedNanos)) {
      showWakePage(first);
    } else {
      attempt(first);
    }
  }

  @Override
  public void serviceFound(Pool service) {
    Endpoint first = selection.firstOfAny(service, lane.now());
    if (first == null) {
      answer(selection.refusal(), "", "", false);
    } else {
      attempt(first);
    }
  }

  @Override
  public void serviceRefused(RouterError error, String subject, String detail) {
    answer(error, subject, detail, false);
  }

  private boolean isWithinLimit(Pool pool) {
    Shared shared = lane.shared();
    RateLimit limit = shared.rateLimits().of(pool.options().rateLimit());
    if (!limit.limits()) {
      return true;
    }
    byte[] address = ClientAddress.of(head, client().peer(), shared.trustedProxies());
    long wait = shared.rateLimits().take(pool, limit, address);
    record.answerLines = wait == 0 ? "" : RateLimits.headerLines(limit, wait);
    return wait == 0;
  }

  @Override
  public byte[] pathBytes() {
    return head.bytes();
  }

  @Override
  public int pathFrom() {
    return head.pathStart();
  }

  @Override
  public int pathTo() {
    int to = head.pathEnd();
    return to > head.pathStart() && head.bytes()[to - 1] == '/' ? to - 1 : to;
  }

  // 3. The endpoint.

  private void attempt(Endpoint to) {
    endpoint = to;
    record.endpoint = to;
    to.begin();
    phase = Phase.CHOOSING;
    attemptNanos = lane.now();
    record.woke = to.isAsleep();
    if (record.woke) {
      lane.wakes().sentTo(to, attemptNanos);
    }
    upstream = to.speaksHttp2() ? http2 : http1;
    upstream.open(to, selection.needsFreshConnection());
  }

  /** A page instead of the wait; the wake goes on behind it. */
  private void showWakePage(Endpoint sleeping) {
    lane.wakes().knockAt(sleeping, startedNanos);
    lane.shared().counters().wakePageShown();
    record.endpoint = sleeping;
    record.status = 503;
    record.routerError = WakePage.REASON;
    boolean close = !keepsClient();
    AsciiWriter writer = lane.writer();
    record.responseBytes = ResponseWriter.writeWakePage(writer, record, close);
    client().answer(writer);
    finish(!close);
  }

  // 4. The request.

  @Override
  public void connected() {
    phase = Phase.WAITING;
    record.routeNanos = lane.now() - startedNanos;
    upstream.writeHead(record, endpoint());
    pumpRequest();
    upstream.flush();
  }

  /** More bytes of the client are there. */
  void clientRead() {
    if (isSending()) {
      pumpRequest();
    }
  }

  void clientReadComplete() {
    upstream.flush();
  }

  private boolean isSending() {
    return switch (phase) {
      case WAITING, RESPONDING -> !requestDone;
      case TUNNEL -> true;
      case CHOOSING, FINISHED -> false;
    };
  }

  private void pumpRequest() {
    Client from = client();
    while (upstream.isWritable()) {
      ByteBuf data = from.takeBody();
      if (data == null) {
        break;
      }
      record.requestBytes += data.readableBytes();
      bodySent = true;
      upstream.writeBody(data);
    }
    Flaw flaw = from.bodyFlaw();
    if (flaw != null) {
      badBody(flaw);
    } else if (from.isBodyEnded()) {
      requestDone = true;
      bodySent |= head.isChunked();
      upstream.endBody();
    } else if (upstream.isWritable()) {
      from.resumeReading();
    } else {
      // What has just been written may leave at once, which makes room again.
      from.pauseReading();
      upstream.flush();
    }
  }

  /** The backend has part of the request and must not take it for the whole. */
  private void badBody(Flaw flaw) {
    upstream.discard();
    if (phase == Phase.WAITING) {
      answer(flaw);
    } else {
      client().breakOff();
    }
  }

  @Override
  public void upstreamWritabilityChanged() {
    if (upstream.isWritable() && isSending()) {
      pumpRequest();
      upstream.flush();
    }
  }

  // 5. The response.

  @Override
  public void responseSeen() {
    record.firstByteNanos = lane.now() - startedNanos - record.routeNanos;
  }

  @Override
  public void responseHeadRead() {
    int status = response.status();
    if (status == 101) {
      if (head.isWebSocket() && response.has(HeaderName.UPGRADE)) {
        openTunnel();
      } else {
        drop(BackendFailure.MALFORMED_RESPONSE, "switches to a protocol that nobody asked for");
      }
    } else if (status < 200) {
      if (++interims > INTERIM_RESPONSES) {
        drop(BackendFailure.MALFORMED_RESPONSE, "too many interim responses");
      } else if (head.isHttp11()) {
        client().writeInterim(response);
        client().flush();
      }
    } else {
      respond();
    }
  }

  private void drop(BackendFailure failure, String detail) {
    upstream.discard();
    upstreamFailed(failure, detail);
  }

  private void respond() {
    phase = Phase.RESPONDING;
    record.status = response.status();
    if (record.woke) {
      noteWake();
    } else {
      endpoint().succeed();
    }
    boolean withoutBody =
        head.method() == RequestHead.Method.HEAD
            || response.status() == 204
            || response.status() == 304;
    ResponseHead sent = compression.begin(head, response, withoutBody);
    // An answer before the end of the request: what still comes must not be read as a request.
    clientKept =
        client()
            .beginResponse(
                sent,
                record,
                withoutBody || (!sent.isChunked() && sent.contentLength() >= 0),
                requestDone && !lane.isRetiring(),
                selection.cookie(response, endpoint(), record.tls));
  }

  /** Tells the app's own answer from that of the activator, which could not wake it. */
  private void noteWake() {
    String reason = record.status == 503 ? response.value(HeaderName.X_CF_ROUTERERROR) : null;
    if (reason == null) {
      lane.shared().counters().waitedForWake(record.firstByteNanos);
      endpoint().succeed();
      return;
    }
    record.routerError = reason;
    lane.wakes().failed(endpoint());
  }

  private void openTunnel() {
    phase = Phase.TUNNEL;
    lane.shared().counters().tunnelOpened();
    compression.want(false);
    record.status = 101;
    client().beginTunnel(response, record, selection.cookie(response, endpoint(), record.tls));
    client().resumeReading();
    pumpRequest();
    upstream.flush();
  }

  @Override
  public void responseBodyRead(ByteBuf data) {
    if (phase == Phase.FINISHED) {
      data.release();
    } else {
      sendBody(compression.write(data));
    }
  }

  /** Nothing when {@code data} is null: compression holds some of it back for a moment. */
  private void sendBody(@Nullable ByteBuf data) {
    if (data != null) {
      record.responseBytes += data.readableBytes();
      client().writeBody(data);
    }
  }

  @Override
  public void upstreamReadComplete() {
    if (phase == Phase.FINISHED) {
      return;
    }
    Client to = client();
    if (phase == Phase.RESPONDING) {
      sendBody(compression.flush());
    }
    to.flush();
    if (!to.isWritable()) {
      upstream.pauseReading();
    }
  }

  void clientWritabilityChanged() {
    if (client().isWritable()) {
      upstream.resumeReading();
    }
  }

  @Override
  public void responseTrailersRead() {
    sendBody(compression.end());
    client().endWithTrailers(response);
    end();
  }

  @Override
  public void responseEnded() {
    sendBody(compression.end());
    client().endBody();
    end();
  }

  private void end() {
    Client to = client();
    upstream.done(requestDone);
    to.flush();
    finish(clientKept);
  }

  @Override
  public void responseCutShort() {
    if (phase == Phase.TUNNEL) {
      Client to = client();
      finish(false);
      to.tunnelDone();
    } else {
      client().breakOff();
    }
  }

  // 6. Failure.

  /** Another attempt where that is safe and nothing has gone to the client, else an answer. */
  @Override
  public void upstreamFailed(BackendFailure failure, String detail) {
    lane.shared().counters().failed(failure);
    if (phase == Phase.RESPONDING) {
      client().breakOff();
      return;
    }
    record.failedAttempts++;
    Endpoint failed = endpoint();
    failed.end();
    endpoint = null;
    failed.endWake();
    if (failure.marksEndpoint()) {
      failed.fail(lane.now(), lane.shared().routes().rules().failurePause().toNanos());
    }
    if (failed.speaksTls() && failure.prunesTlsEndpoint()) {
      lane.drop(failed);
    }
    Endpoint next = next(failure, failed);
    if (next == null) {
      answer(errorOf(failure), "", failed.address() + ": " + detail + noteRetryRefusal(), false);
    } else {
      lane.shared().counters().retried();
      attempt(next);
    }
  }

  private @Nullable Endpoint next(BackendFailure failure, Endpoint failed) {
    long now = lane.now();
    if (record.woke) {
      heldNanos += now - attemptNanos;
    }
    boolean whole = !bodySent && interims == 0;
    return whole
        ? selection.next(failure, failed, head.isIdempotent(), now - startedNanos - heldNanos, now)
        : null;
  }

  private String noteRetryRefusal() {
    RetryRefusal refusal = selection.retryRefusal();
    if (refusal == null) {
      return "";
    }
    lane.shared().counters().refused(refusal);
    return "; " + refusal.text();
  }

  private RouterError errorOf(BackendFailure failure) {
    Detour detour = record.detour;
    return detour != null && detour.leaves() ? failure.serviceError() : failure.error();
  }

  private void answer(Flaw flaw) {
    lane.shared().counters().refused(flaw);
    if (flaw == Flaw.VERSION) {
      record.status = 400;
      client().answer(lane.writer().put(Lines.NOT_HTTP_1));
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
    boolean close = closes || !keepsClient();
    AsciiWriter writer = lane.writer();
    record.responseBytes = ResponseWriter.writeError(writer, error, subject, detail, record, close);
    client().answer(writer);
    finish(!close);
  }

  /** Whether the client may send its next request after an answer of our own. */
  private boolean keepsClient() {
    return head.keepsAlive() && client().skipBody() && !lane.isRetiring();
  }

  void clientGone() {
    if (phase == Phase.FINISHED) {
      return;
    }
    if (phase == Phase.TUNNEL) {
      upstream.discardAfterWriting();
    } else {
      upstream.discard();
    }
    if (record.status == 0) {
      record.status = 499;
    }
    finish(false);
  }

  /** As {@link #clientGone} before {@link #start}: no more than a number is to tell of it. */
  void forget() {
    lane.shared().counters().requestTakenBack();
    phase = Phase.FINISHED;
    client = null;
    head.trim();
    lane.recycle(this);
  }

  void tick(long now) {
    Timeouts timeouts = lane.shared().timeouts();
    Client from = client();
    if (phase == Phase.TUNNEL) {
      return;
    }
    // Before there is an endpoint, the lookup of a route service has a limit of its own.
    if (endpoint != null && now - attemptNanos > patience(timeouts)) {
      giveUp();
    } else if (now - from.lastWritableNanos(now) > timeouts.clientIdle().toNanos()) {
      from.abort();
    } else if (isWaitingForBody() && now - from.lastReadNanos() > timeouts.clientIdle().toNanos()) {
      upstream.discard();
      if (phase == Phase.WAITING) {
        answer(RouterError.REQUEST_TIMEOUT, "", "", true);
      } else {
        from.breakOff();
      }
    }
  }

  private long patience(Timeouts timeouts) {
    return timeouts.endpoint().toNanos() + (record.woke ? Timeouts.WAKE.toNanos() : 0);
  }

  private void giveUp() {
    upstream.giveUp();
    upstreamFailed(BackendFailure.TIMEOUT, "timeout awaiting response headers");
  }

  private boolean isWaitingForBody() {
    return phase != Phase.CHOOSING && !requestDone && upstream.isWritable();
  }

  // 7. The end.

  private void finish(boolean keep) {
    Client from = client();
    long now = lane.now();
    record.totalNanos = now - startedNanos;
    record.backendNanos = record.endpoint == null ? 0 : now - attemptNanos;
    count();
    lane.log().add(record);
    if (endpoint != null) {
      endpoint.end();
      endpoint = null;
    }
    phase = Phase.FINISHED;
    visit.end();
    compression.release();
    client = null;
    record.endpoint = null;
    head.trim();
    response.trim();
    lane.recycle(this);
    from.exchangeDone(keep);
  }

  private void count() {
    Counters counters = lane.shared().counters();
    counters.answered(record.status);
    counters.moved(record.requestBytes, record.responseBytes);
    LatencyLane latencies = lane.latencies();
    if (phase == Phase.TUNNEL) {
      counters.tunnelClosed();
      latencies.record(RequestClass.WEBSOCKET, record.routeNanos + record.firstByteNanos);
    } else if (phase == Phase.RESPONDING && record.routerError.isEmpty()) {
      latencies.record(record.woke ? RequestClass.WOKEN : RequestClass.AWAKE, record.totalNanos);
    } else {
      latencies.record(RequestClass.ERROR, record.totalNanos);
    }
  }

  boolean isTunnel() {
    return phase == Phase.TUNNEL;
  }

  private Client client() {
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
