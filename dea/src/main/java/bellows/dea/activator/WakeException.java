package bellows.dea.activator;

import java.io.Serial;
import java.time.Duration;

/** A caller cannot be served now. Thrown often while an app is broken, so without a stack. */
public final class WakeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Refusal refusal;
  private final Duration retryAfter;

  public WakeException(Refusal refusal, Duration retryAfter) {
    super(refusal.code(), null, false, false);
    this.refusal = refusal;
    this.retryAfter = retryAfter;
  }

  public Refusal refusal() {
    return refusal;
  }

  /** When another try makes sense. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
