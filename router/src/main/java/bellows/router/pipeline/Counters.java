package bellows.router.pipeline;

import bellows.router.errors.BackendFailure;
import bellows.router.errors.RetryRefusal;
import bellows.router.errors.RouterError;
import bellows.router.http1.Flaw;
import bellows.router.metrics.CountersOf;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What happened since start. Any thread may count and read. */
public final class Counters {
  private final LongAdder requests = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder wakes = new LongAdder();
  private final LongAdder failedWakes = new LongAdder();
  private final LongAdder wakeNanos = new LongAdder();
  private final LongAdder wokenRequests = new LongAdder();
  private final LongAdder wakePages = new LongAdder();
  private final LongAdder compressions = new LongAdder();
  private final LongAdder serviceVisits = new LongAdder();
  private final LongAdder failedHandshakes = new LongAdder();
  private final LongAdder requestBytes = new LongAdder();
  private final LongAdder responseBytes = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder tunnels = new LongAdder();
  private final LongAdder refusedProxyHeaders = new LongAdder();
  private final LongAdder floods = new LongAdder();
  private final LongAdder takenBack = new LongAdder();
  private final LongAdder[] responses = new LongAdder[6];
  private final CountersOf<Flaw> flaws = new CountersOf<>(Flaw.class);
  private final CountersOf<RouterError> errors = new CountersOf<>(RouterError.class);
  private final CountersOf<RetryRefusal> retryRefusals = new CountersOf<>(RetryRefusal.class);
  private final CountersOf<BackendFailure> failures = new CountersOf<>(BackendFailure.class);

  public Counters() {
    Arrays.setAll(responses, hundred -> new LongAdder());
  }

  /**
   * @param status 499 for a client that went away
   */
  void answered(int status) {
    requests.increment();
    int hundred = status / 100;
    responses[hundred >= 1 && hundred <= 5 ? hundred : 0].increment();
  }

  /** Bodies, when the request is over. */
  void moved(long ofRequest, long ofResponse) {
    requestBytes.add(ofRequest);
    responseBytes.add(ofResponse);
  }

  void connectionOpened() {
    connections.increment();
  }

  void connectionClosed() {
    connections.decrement();
  }

  void tunnelOpened() {
    tunnels.increment();
  }

  void tunnelClosed() {
    tunnels.decrement();
  }

  void retried() {
    retries.increment();
  }

  /** An endpoint is being woken. */
  void woke() {
    wakes.increment();
  }

  void wakeFailed() {
    failedWakes.increment();
  }

  /** A request has waited for a wake, and got its answer. */
  void waitedForWake(long nanos) {
    wokenRequests.increment();
    wakeNanos.add(nanos);
  }

  void wakePageShown() {
    wakePages.increment();
  }

  /** A response is compressed. */
  void compressed() {
    compressions.increment();
  }

  /** A request went to the service of its route. */
  void visitedService() {
    serviceVisits.increment();
  }

  void handshakeFailed() {
    failedHandshakes.increment();
  }

  void proxyHeaderRefused() {
    refusedProxyHeaders.increment();
  }

  /** A client's connection was ended for sending too much that brings nobody forward. */
  void flooded() {
    floods.increment();
  }

  /** A client has reset a request before it was started. */
  void requestTakenBack() {
    takenBack.increment();
  }

  void refused(Flaw flaw) {
    flaws.increment(flaw);
  }

  void refused(RetryRefusal refusal) {
    retryRefusals.increment(refusal);
  }

  void refused(RouterError error) {
    errors.increment(error);
  }

  void failed(BackendFailure failure) {
    failures.increment(failure);
  }

  public long requests() {
    return requests.sum();
  }

  /** Bytes of bodies that clients sent, in requests that are over. */
  public long requestBytes() {
    return requestBytes.sum();
  }

  /** Bytes of bodies that clients got, in requests that are over. */
  public long responseBytes() {
    return responseBytes.sum();
  }

  /** Connections of clients that are open. */
  public long connections() {
    return connections.sum();
  }

  /** WebSockets that are open. */
  public long tunnels() {
    return tunnels.sum();
  }

  public long retries() {
    return retries.sum();
  }

  /** Sleeping endpoints that the router has turned to. */
  public long wakes() {
    return wakes.sum();
  }

  /** Requests that an activator answered itself: the start failed, or took too long. */
  public long failedWakes() {
    return failedWakes.sum();
  }

  /** Requests that were sent to a sleeping endpoint and answered. */
  public long wokenRequests() {
    return wokenRequests.sum();
  }

  /** How long those have waited for the first byte, all together. */
  public long wakeNanos() {
    return wakeNanos.sum();
  }

  /** Browsers that got the waiting page. */
  public long wakePages() {
    return wakePages.sum();
  }

  /** Responses that were compressed. */
  public long compressions() {
    return compressions.sum();
  }

  /** Requests that went to the service of their route first. */
  public long serviceVisits() {
    return serviceVisits.sum();
  }

  /** Clients with which no TLS connection came about. */
  public long failedHandshakes() {
    return failedHandshakes.sum();
  }

  /** Load balancers that did not say in time and in order who their client is. */
  public long refusedProxyHeaders() {
    return refusedProxyHeaders.sum();
  }

  /** HTTP/2 connections that were ended for too many frames, or for not reading the answers. */
  public long floods() {
    return floods.sum();
  }

  /** Requests of HTTP/2 that were reset before they were started: no other number has them. */
  public long takenBack() {
    return takenBack.sum();
  }

  /**
   * Responses with a status of this hundred.
   *
   * @param hundred 1 to 5; 0 for none of them
   */
  public long responses(int hundred) {
    return responses[hundred].sum();
  }

  /** Requests refused for {@code flaw}. */
  public long refusals(Flaw flaw) {
    return flaws.sum(flaw);
  }

  /** Requests that were answered with an error because of this, instead of being sent once more. */
  public long refusals(RetryRefusal refusal) {
    return retryRefusals.sum(refusal);
  }

  public long errors(RouterError error) {
    return errors.sum(error);
  }

  public long failures(BackendFailure failure) {
    return failures.sum(failure);
  }
}
