package bellows.router.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether clients are asked for a certificate.
 *
 * @param authorities PEM of those whose certificates are taken; read again when it changes
 */
public record ClientCertificates(Asked asked, @Nullable Path authorities) {
  public static final ClientCertificates NONE = new ClientCertificates(Asked.NONE, null);

  /** How much it matters. */
  public enum Asked {
    NONE,
    /** One that is shown must be good. */
    REQUEST,
    REQUIRE
  }

  public ClientCertificates {
    if (asked != Asked.NONE && authorities == null) {
      throw new IllegalArgumentException("certificates of clients need authorities to trust");
    }
  }
}
