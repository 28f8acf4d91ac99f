package bellows.warden.kernel;

import java.io.Serial;

/** A system call failed; the message names the call and the reason. */
public final class KernelException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  public KernelException(String call, int errno, String reason) {
    super(call + ": " + reason);
    this.errno = errno;
  }

  /** The number of the failure, one of {@link Errno}. */
  public int errno() {
    return errno;
  }
}
