package bellows.router.errors;

import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * How an attempt at an endpoint ended badly, and what follows from it (reference/messages.md, 2.4).
 * The three sets stand side by side here: what is retried, what marks the endpoint.
 */
public enum BackendFailure {
  /** Nothing was sent: any request may go elsewhere. */
  DIAL(Retry.ALWAYS, true, RouterError.ENDPOINT_FAILURE),
  /** The certificate is another instance's: the port has changed hands. */
  TLS_OTHER_NAME(Retry.ALWAYS, true, RouterError.ENDPOINT_OTHER_NAME),
  TLS_UNTRUSTED(Retry.ALWAYS, true, RouterError.ENDPOINT_UNTRUSTED),
  TLS_HANDSHAKE(Retry.ALWAYS, true, RouterError.ENDPOINT_WITHOUT_TLS),
  TLS_CERTIFICATE_WANTED(Retry.ALWAYS, true, RouterError.ENDPOINT_WANTS_CERTIFICATE),
  /**
   * A connection that had served before was closed as we took it, or the instance fell asleep: the
   * app did nothing wrong, and the same endpoint will serve.
   */
  STALE_CONNECTION(Retry.WHEN_REPEATABLE, false, RouterError.ENDPOINT_FAILURE),
  /** Closed before a response: the app may have acted on it. */
  END_OF_STREAM(Retry.WHEN_REPEATABLE, false, RouterError.ENDPOINT_FAILURE),
  RESET(Retry.NEVER, true, RouterError.ENDPOINT_FAILURE),
  MALFORMED_RESPONSE(Retry.NEVER, false, RouterError.ENDPOINT_FAILURE),
  TIMEOUT(Retry.NEVER, false, RouterError.ENDPOINT_TIMEOUT);

  /** Whether another attempt may be made. */
  public enum Retry {
    NEVER,
    /** When the request is idempotent and nothing of a body has been sent. */
    WHEN_REPEATABLE,
    ALWAYS
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

  /** Whether an endpoint that should have shown a certificate is removed at once. */
  public boolean prunesTlsEndpoint() {
    return switch (this) {
      case DIAL, TLS_OTHER_NAME, TLS_UNTRUSTED, TLS_HANDSHAKE, TLS_CERTIFICATE_WANTED -> true;
      case STALE_CONNECTION, END_OF_STREAM, RESET, MALFORMED_RESPONSE, TIMEOUT -> false;
    };
  }

  /** Why there is no connection. */
  public static BackendFailure ofDial(Throwable failure) {
    boolean tls = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
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
          STALE_CONNECTION,
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
