package bellows.uaa.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * A person.
 *
 * @param origin who checks the password; {@code uaa} is us
 * @param passwordHash null when nobody can log in with a password
 * @param version grows with each change
 * @param tokenGeneration grows with what revokes all tokens
 */
public record User(
    String id,
    String username,
    String origin,
    String email,
    String givenName,
    String familyName,
    @Nullable String passwordHash,
    boolean active,
    int version,
    int tokenGeneration,
    SortedSet<String> scopes,
    Instant createdAt,
    Instant updatedAt) {
  /** The origin of users whose passwords we keep. */
  public static final String OUR_ORIGIN = "uaa";

  /**
   * What a token carries as {@code rev_sig}; a token with another value is from before the password
   * changed.
   */
  public String revocationSignature() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((id + ":" + tokenGeneration).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
