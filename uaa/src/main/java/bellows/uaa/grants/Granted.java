package bellows.uaa.grants;

import bellows.uaa.tokens.AccessTokens;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code /oauth/token} (api.md, section 2.2).
 *
 * @param tokenType lower case, as the CLI keeps it verbatim and cuts off exactly {@code "bearer "}
 * @param refreshToken absent for a client's own token
 */
record Granted(
    @JsonProperty("access_token") String accessToken,
    @JsonProperty("token_type") String tokenType,
    @JsonProperty("refresh_token") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String refreshToken,
    @JsonProperty("expires_in") long expiresInSeconds,
    @JsonProperty("scope") String scope,
    @JsonProperty("jti") String jti) {
  static Granted of(AccessTokens.Issued token, @Nullable String refreshToken) {
    return new Granted(
        token.text(),
        "bearer",
        refreshToken,
        token.expiresInSeconds(),
        String.join(" ", token.scopes()),
        token.jti());
  }

  /** Without the tokens. */
  @Override
  public String toString() {
    return "Granted[jti=" + jti + "]";
  }
}
