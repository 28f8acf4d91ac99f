package bellows.cmdb;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a server that is away from a statement that is wrong. */
final class Outage {
  /** SQLSTATE class of everything that is about the connection. */
  private static final String CONNECTION = "08";

  /**
   * admin_shutdown, crash_shutdown and cannot_connect_now of PostgreSQL, and too_many_connections:
   * each is over soon, and none is the caller's fault.
   */
  private static final Set<String> STATES = Set.of("57P01", "57P02", "57P03", "53300");

  private static final int DEEPEST_CAUSE = 10;

  private Outage() {}

  static boolean caused(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof SQLException sql && away(sql)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean away(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return failure instanceof SQLTransientConnectionException
        || state.startsWith(CONNECTION)
        || STATES.contains(state);
  }
}
