package bellows.dea.droplets;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A droplet is not there to run; the message is for the app's owner. */
public final class DropletException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Failure {
    /** The signed address is wrong or too old; a fresh start message may bring a better one. */
    NOT_OBTAINABLE,
    /** What came does not have the digest that was promised, twice. */
    WRONG_DIGEST,
    /** It has the digest, but cannot be unpacked safely. */
    NOT_UNPACKABLE
  }

  private final Failure failure;

  DropletException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
