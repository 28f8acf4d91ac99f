package bellows.cli.session;

import bellows.cli.api.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/** What a token says about itself; not verified, for only the server needs to trust it. */
final class AccessToken {
  private AccessToken() {}

  /** The null value when it is no JWT. */
  static Json claims(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return Json.of(null);
    }
    try {
      String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      return Json.tryParse(claims).orElse(Json.of(null));
    } catch (IllegalArgumentException e) {
      return Json.of(null);
    }
  }

  /** The epoch when it does not say, so that it counts as expired. */
  static Instant expiry(String token) {
    return Instant.ofEpochSecond(claims(token).number("exp"));
  }

  /** The user's name, or the client's. */
  static String subject(String token) {
    Json claims = claims(token);
    String user = claims.text("user_name");
    return user.isEmpty() ? claims.text("client_id") : user;
  }
}
