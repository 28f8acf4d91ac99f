package bellows.cloudcontroller.api;

import bellows.cmdb.Database;
import bellows.http.CfError;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a name that is taken from any other failure. The unique index decides, so two requests at
 * once cannot both pass.
 */
public final class Taken {
  private Taken() {}

  /**
   * Runs a transaction.
   *
   * @param index the unique index that may refuse
   * @throws CfError {@code taken} when it does
   */
  public static <T extends @Nullable Object> T guard(
      String index, Supplier<CfError> taken, Supplier<T> transaction) {
    try {
      return transaction.get();
    } catch (RuntimeException e) {
      Optional<String> violated = Database.uniqueViolation(e);
      if (violated.isPresent() && violated.get().equals(index)) {
        throw taken.get();
      }
      throw e;
    }
  }
}
