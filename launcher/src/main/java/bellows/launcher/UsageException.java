package bellows.launcher;

import java.io.Serial;

/** The caller asked for something that cannot be; the message says what to do instead. */
final class UsageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
