package bellows.dea.instances;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An instance could not be brought up; the message is for the app's owner. */
final class StartFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final boolean staleAddress;

  /**
   * @param staleAddress the droplet's signed address may be too old, so a new message may help
   */
  StartFailure(String message, boolean staleAddress, @Nullable Throwable cause) {
    super(message, cause);
    this.staleAddress = staleAddress;
  }

  boolean staleAddress() {
    return staleAddress;
  }
}
