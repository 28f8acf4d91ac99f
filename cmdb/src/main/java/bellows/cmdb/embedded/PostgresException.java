package bellows.cmdb.embedded;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Our own PostgreSQL server cannot be set up or started; the message says what to do about it. */
public final class PostgresException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Failure failure;

  PostgresException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  /** Why there is no server. */
  public enum Failure {
    /** The program could not be unpacked or is not installed. */
    NO_PROGRAM,
    /** The server's system user is missing and cannot be made. */
    NO_USER,
    /** The server's user may not reach the directory, or we may not write there. */
    PERMISSIONS,
    /** Another process of ours runs a server on this directory. */
    IN_USE,
    /** The data belongs to another major version of PostgreSQL. */
    OTHER_VERSION,
    /** The data directory could not be made. */
    INIT_FAILED,
    /** The server ended or did not get ready in time; the message ends with its own last words. */
    START_FAILED
  }

  public Failure failure() {
    return failure;
  }
}
