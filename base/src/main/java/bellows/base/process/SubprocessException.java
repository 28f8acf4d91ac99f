package bellows.base.process;

import java.io.Serial;

/** A program could not be run, failed, or took too long; the message says which and why. */
public final class SubprocessException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public SubprocessException(String message) {
    super(message);
  }

  public SubprocessException(String message, Throwable cause) {
    super(message, cause);
  }
}
