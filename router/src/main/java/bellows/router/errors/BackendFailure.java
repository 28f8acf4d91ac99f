package bellows.router.errors;

/**
 * How an attempt at an endpoint ended badly, and what follows from it (reference/messages.md, 2.4).
 * The three sets stand side by side here: what is retried, what marks the endpoint.
 */
public enum BackendFailure {
  /** Nothing was sent: any request may go elsewhere. */
  DIAL(Retry.ALWAYS, true, RouterError.ENDPOINT_FAILURE),
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

  /** The answer when no attempt is left. */
  public RouterError error() {
    return error;
  }
}
