package bellows.router.errors;

import bellows.router.tls.TlsException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * How an attempt at an endpoint ended badly, and what follows from it (reference/messages.md, 2.4).
 * The sets stand side by side here: what is retried and where, what marks the endpoint, and what
 * removes it.
 */
public enum BackendFailure {
  DIAL(Retry.UNSENT, true, RouterError.ENDPOINT_FAILURE),
  /** The certificate is another instance's: the port has changed hands. */
  TLS_OTHER_NAME(Retry.UNSENT, true, RouterError.ENDPOINT_OTHER_NAME),
  TLS_UNTRUSTED(Retry.UNSENT, true, RouterError.ENDPOINT_UNTRUSTED),
  TLS_HANDSHAKE(Retry.UNSENT, true, RouterError.ENDPOINT_WITHOUT_TLS),
  TLS_CERTIFICATE_WANTED(Retry.UNSENT, true, RouterError.ENDPOINT_WANTS_CERTIFICATE),
  /** The router itself cannot speak TLS just now, which is no endpoint's fault. */
  TLS_UNAVAILABLE(Retry.NEVER, false, RouterError.ENDPOINT_FAILURE),
  /**
   * A connection that had served before was closed as we took it, or the instance fell asleep: the
   * app did nothing wrong, and the same endpoint will serve.
   */
  STALE_CONNECTION(Retry.REPEATABLE, false, RouterError.ENDPOINT_FAILURE),
  /** The endpoint says that it has done nothing about the request, or it was not sent. */
  REFUSED(Retry.UNTOUCHED, false, RouterError.ENDPOINT_FAILURE),
  /** Closed before a response: the app may have acted on it. */
  END_OF_STREAM(Retry.REPEATABLE, false, RouterError.ENDPOINT_FAILURE),
  RESET(Retry.NEVER, true, RouterError.ENDPOINT_FAILURE),
  MALFORMED_RESPONSE(Retry.NEVER, false, RouterError.ENDPOINT_FAILURE),
  TIMEOUT(Retry.NEVER, false, RouterError.ENDPOINT_TIMEOUT);

  /** Which requests may be sent once more; none of whose body a part has been sent. */
  public enum Retry {
    NEVER,
    /** Idempotent ones: the app may have acted on it. */
    REPEATABLE,
    /** All: the app has not acted on it. */
    UNTOUCHED,
    /** All: nothing was sent. */
    UNSENT
  }

  private final Retry retry;
  private final boolean marksEndpoint;
  private final RouterError error;

  BackendFailure(Retry retry, boolean marksEndpoint, RouterError error) {
    this.retry = retry;
    this.marksEndpoint = marksEndpoint;
    this.error = error;
  }

  public Retry retry() {
    return retry;
  }

  /** Whether the endpoint is passed over for a while. */
  public boolean marksEndpoint() {
    return marksEndpoint;
  }

  /** Whether the same endpoint is tried once more before another one. */
  public boolean retriesSameEndpoint() {
    return switch (this) {
      case STALE_CONNECTION, REFUSED -> true;
      case DIAL,
          TLS_OTHER_NAME,
          TLS_UNTRUSTED,
          TLS_HANDSHAKE,
          TLS_CERTIFICATE_WANTED,
          TLS_UNAVAILABLE,
          END_OF_STREAM,
          RESET,
          MALFORMED_RESPONSE,
          TIMEOUT ->
          false;
    };
  }

  /** Whether an endpoint that should have shown a certificate is removed at once. */
  public boolean prunesTlsEndpoint() {
    return switch (this) {
      case DIAL, TLS_OTHER_NAME, TLS_UNTRUSTED, TLS_HANDSHAKE, TLS_CERTIFICATE_WANTED -> true;
      case TLS_UNAVAILABLE,
          STALE_CONNECTION,
          REFUSED,
          END_OF_STREAM,
          RESET,
          MALFORMED_RESPONSE,
          TIMEOUT ->
          false;
    };
  }

  /** Why there is no connection. */
  public static BackendFailure ofDial(Throwable failure) {
    boolean tls = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TlsException) {
        return TLS_UNAVAILABLE;
      }
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof CertificateException) {
        boolean named =
            message.startsWith("No subject alternative") || message.startsWith("No name");
        return named ? TLS_OTHER_NAME : TLS_UNTRUSTED;
      }
      if (message.contains("CERTIFICATE_REQUIRED") || message.contains("certificate_required")) {
        return TLS_CERTIFICATE_WANTED;
      }
      tls |= cause instanceof SSLException;
    }
    return tls ? TLS_HANDSHAKE : DIAL;
  }

  /** The answer when no attempt is left at a route service. */
  public RouterError serviceError() {
    return switch (this) {
      case TLS_OTHER_NAME, TLS_UNTRUSTED -> RouterError.ROUTE_SERVICE_UNTRUSTED;
      case TIMEOUT -> RouterError.ROUTE_SERVICE_TIMEOUT;
      case DIAL,
          TLS_HANDSHAKE,
          TLS_CERTIFICATE_WANTED,
          TLS_UNAVAILABLE,
          STALE_CONNECTION,
          REFUSED,
          END_OF_STREAM,
          RESET,
          MALFORMED_RESPONSE ->
          RouterError.ROUTE_SERVICE_FAILURE;
    };
  }

  /** The answer when no attempt is left. */
  public RouterError error() {
    return error;
  }
}
