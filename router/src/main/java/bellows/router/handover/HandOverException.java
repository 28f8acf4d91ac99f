package bellows.router.handover;

import org.jspecify.annotations.Nullable;

/** One router could not take another's place; that one serves on. */
public final class HandOverException extends RuntimeException {
  private static final long serialVersionUID = 1;

  HandOverException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
