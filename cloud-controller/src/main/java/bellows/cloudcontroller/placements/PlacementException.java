package bellows.cloudcontroller.placements;

import java.io.Serial;

/** An instance cannot be placed; the message says what it needs and what there is. */
final class PlacementException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  enum Failure {
    /** No host is heard at all. */
    NO_HOST,
    /** Hosts are there, none of them offers the stack. */
    NO_STACK,
    /** No host has the memory or disk. */
    INSUFFICIENT_RESOURCES,
    /** Every host with room has given away all its ports. */
    NO_PORT
  }

  private final Failure failure;

  PlacementException(Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
