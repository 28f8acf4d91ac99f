package bellows.router.accesslog;

import bellows.router.http1.RequestHead;
import bellows.router.routes.Endpoint;
import bellows.router.routeservices.Detour;
import bellows.router.tracing.Trace;
import org.jspecify.annotations.Nullable;

/**
 * What is written about a request. One per exchange in progress, filled anew for each request; its
 * fields are public to the pipeline because a setter each would say nothing more.
 */
public final class AccessRecord {
  public final RequestHead head;
  public long arrivedUnixNanos;
  public int status;
  public long requestBytes;
  public long responseBytes;
  public String remote = "";
  public String clientIp = "";
  public boolean trustedClient;
  public boolean tls;
  public boolean http2;

  /** Whether the client's own X-Forwarded-Client-Cert goes on. */
  public boolean passesCertificate;

  /** What the router says there; empty for nothing. */
  public String certificate = "";

  public long idHigh;
  public long idLow;
  public final Trace trace = new Trace();
  public long totalNanos;
  public long backendNanos;
  public int failedAttempts;

  /** From the arrival to the moment in which an endpoint got the request. */
  public long routeNanos;

  /** From there to the first byte of the response. */
  public long firstByteNanos;

  /** Whether the endpoint slept when it got the request. */
  public boolean woke;

  public @Nullable Endpoint endpoint;
  public String routerError = "";

  /** When it goes to a route service. */
  public @Nullable Detour detour;

  /** Header lines that an answer of our own has beside the usual ones. */
  public String answerLines = "";

  public AccessRecord(RequestHead head) {
    this.head = head;
  }

  /** What of the time was not the endpoint's. */
  long routerNanos() {
    return Math.max(0, totalNanos - backendNanos);
  }

  /** Forgets the last request. */
  public void clear() {
    trace.clear();
    status = 0;
    requestBytes = 0;
    responseBytes = 0;
    totalNanos = 0;
    backendNanos = 0;
    failedAttempts = 0;
    routeNanos = 0;
    firstByteNanos = 0;
    woke = false;
    endpoint = null;
    routerError = "";
    answerLines = "";
    detour = null;
  }
}
