package bellows.router.routes;

/** A registration message that is not followed. */
public final class RegistrationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** Counted and logged by. */
  public enum Reason {
    /** Unreadable, or without a body. */
    MESSAGE,
    /** Not an IP address. */
    HOST,
    PORT,
    URI,
    /** A host of the platform, claimed for an app. */
    RESERVED_HOST,
    /** Nothing that the controller has announced; strict mode only. */
    NOT_GRANTED,
    ROUTE_SERVICE,
    /** A value that cannot stand in a header. */
    VALUE
  }

  RegistrationException(Reason reason, String what) {
    super(reason + ": " + what);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
