package bellows.dea.droplets;

import bellows.contracts.ids.AppGuid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The user id that an app's programs have on this host: the same for all its instances, so that
 * they can share one unpacked droplet, and another one for each app, so that a hole in one wall of
 * a container still does not open the files of another app.
 */
public final class AppUid {
  /** Above every id that people, services and subordinate ranges have. */
  private static final int FIRST = 1 << 28;

  private static final int MASK = (1 << 28) - 1;

  private AppUid() {}

  public static int of(AppGuid app) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(app.value().getBytes(StandardCharsets.UTF_8));
      return FIRST + (ByteBuffer.wrap(digest).getInt() & MASK);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
