package bellows.dea.staging;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A staging task has failed; the message is for the person who pushed. */
final class StagingFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The types of {@code error_info}; their names are the contract's. */
  enum Reason {
    NO_APP_DETECTED("NoAppDetectedError"),
    COMPILE_FAILED("BuildpackCompileFailed"),
    RELEASE_FAILED("BuildpackReleaseFailed"),
    TIME_EXPIRED("StagingTimeExpired"),
    INSUFFICIENT_RESOURCES("InsufficientResources"),
    STAGING_ERROR("StagingError");

    private final String wireName;

    Reason(String wireName) {
      this.wireName = wireName;
    }

    String wireName() {
      return wireName;
    }
  }

  private final Reason reason;

  StagingFailure(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
