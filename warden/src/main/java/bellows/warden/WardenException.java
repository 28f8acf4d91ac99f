package bellows.warden;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A container could not be made, started or cleared away; callers match on {@link #failure}. */
public final class WardenException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Failure {
    /** A container of that id exists. */
    ALREADY_THERE,
    /** The container network is full. */
    NO_ADDRESS_FREE,
    CREATE_FAILED,
    START_FAILED,
    /** The host port could not be opened or closed. */
    NOT_SWITCHED,
    /**
     * Something of a container could not be removed; its record stays so that it is tried again.
     */
    DESTROY_FAILED,
    /** The call does not fit what the container does now. */
    WRONG_STATE,
    /** The machine lacks something that containers need. */
    HOST_UNFIT
  }

  private final Failure failure;

  public WardenException(Failure failure, String message, @Nullable Throwable cause) {
    super(failure + ": " + message, cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
