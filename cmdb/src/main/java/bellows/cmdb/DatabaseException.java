package bellows.cmdb;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The database cannot be used as a whole; failures of single statements are JDBI's. */
public final class DatabaseException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Failure failure;

  public DatabaseException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  /** What a person has to look at. */
  public enum Failure {
    /** Nothing answers at the address, or not in time. */
    UNREACHABLE,
    /** The server answers, but does not let us in: password, role, database name. */
    REFUSED,
    /** The schema could not be brought up to date; nothing of the failed migration remains. */
    MIGRATION,
    /** {@link Database#start} was not called, or {@link Database#close} was. */
    NOT_STARTED
  }

  public Failure failure() {
    return failure;
  }
}
