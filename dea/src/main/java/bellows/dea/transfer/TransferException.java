package bellows.dea.transfer;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A file could not be fetched or sent; the message names the address without its signature. */
public final class TransferException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Failure {
    /** 404: nothing there. */
    NOT_FOUND,
    /** 401 or 403: the signature is wrong or has expired. */
    REFUSED,
    /** More bytes than the caller allows, or 413. */
    TOO_LARGE,
    /** 507: the store is full. */
    STORE_FULL,
    /** Still no success after the last try. */
    FAILED
  }

  private final Failure failure;

  public TransferException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
