package bellows.warden.oci;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The runtime did not do what it was asked; the message is its own. */
public final class RuntimeFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  RuntimeFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
