package bellows.uaa.tokens;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The claims of a token whose signature was checked. */
public record AccessToken(Map<String, Object> claims) {
  public String jti() {
    return text("jti").orElse("");
  }

  /** Empty for a client's own token. */
  public Optional<String> userId() {
    return text("user_id");
  }

  public String clientId() {
    return text("client_id").orElse("");
  }

  public Optional<String> revocationSignature() {
    return text("rev_sig");
  }

  public Instant expiresAt() {
    return claims.get("exp") instanceof Number seconds
        ? Instant.ofEpochSecond(seconds.longValue())
        : Instant.EPOCH;
  }

  public boolean has(String scope) {
    return claims.get("scope") instanceof List<?> scopes && scopes.contains(scope);
  }

  Optional<String> text(String name) {
    return claims.get(name) instanceof String value ? Optional.of(value) : Optional.empty();
  }
}
