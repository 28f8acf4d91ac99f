package bellows.uaa.users;

import bellows.base.ids.Ids;
import bellows.uaa.protocol.UaaError;
import com.password4j.BcryptFunction;
import com.password4j.types.Bcrypt;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords and secrets with bcrypt, as UAA does. Thread-safe; since a hash keeps a core
 * busy for 50 ms on purpose, only as many run at once as there are cores.
 */
public final class Passwords {
  /** 50 to 60 ms a hash, cold 100 ms; argon2id took 250 ms cold and 19 MB a login. */
  private static final int COST = 10;

  /** bcrypt ignores what comes after; a longer password would promise more than it gives. */
  private static final int MAX_BYTES = 72;

  private static final int WAIT_SECONDS = 10;

  private final Semaphore cores = new Semaphore(Runtime.getRuntime().availableProcessors());
  private final BcryptFunction bcrypt = BcryptFunction.getInstance(Bcrypt.B, COST);

  /** Of a password that nobody has, to be compared with when there is no user. */
  private final String nobody = bcrypt.hash(Ids.secret(16)).getResult();

  /**
   * @throws UaaError when the password does not follow the policy
   */
  public String hash(String password) {
    int bytes = password.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_BYTES || password.indexOf('\0') >= 0) {
      throw UaaError.Kind.INVALID_PASSWORD.because(
          "Password must have 1 to " + MAX_BYTES + " bytes and no NUL.");
    }
    return onACore(() -> bcrypt.hash(password).getResult());
  }

  /**
   * Takes the same time whether or not there is a hash.
   *
   * @param hash null when there is no such user, or one without a password
   */
  public boolean matches(String password, @Nullable String hash) {
    boolean same = onACore(() -> bcrypt.check(password, hash == null ? nobody : hash));
    return same && hash != null;
  }

  private <T> T onACore(Supplier<T> work) {
    try {
      if (!cores.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw UaaError.Kind.TEMPORARILY_UNAVAILABLE.because("Too many logins at once");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UaaError.Kind.TEMPORARILY_UNAVAILABLE.because("Interrupted");
    }
    try {
      return work.get();
    } finally {
      cores.release();
    }
  }
}
