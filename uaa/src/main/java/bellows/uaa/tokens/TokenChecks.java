package bellows.uaa.tokens;

import bellows.cmdb.Database;
import bellows.http.Request;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import java.util.Optional;

/** Says whether a token is good at this moment: signed by us, not expired, not revoked. */
public final class TokenChecks {
  private static final String SCHEME = "bearer ";

  private final Database database;
  private final AccessTokens tokens;
  private final TokenStore store;
  private final UserStore users;

  public TokenChecks(Database database, AccessTokens tokens, TokenStore store, UserStore users) {
    this.database = database;
    this.tokens = tokens;
    this.store = store;
    this.users = users;
  }

  public Optional<AccessToken> check(String text) {
    return tokens
        .read(text)
        .filter(token -> database.inTransaction(db -> !store.isRevoked(db, token.jti())))
        .filter(this::isOfThisGeneration);
  }

  /**
   * The token of a request.
   *
   * @throws UaaError 401 when there is none or it is not good
   */
  public AccessToken require(Request request) {
    String header =
        request
            .header("Authorization")
            .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            .orElseThrow(() ->
                UaaError.Kind.UNAUTHORIZED.because(
                    "Full authentication is required to access this resource"));
    return check(header.substring(SCHEME.length()).strip())
        .orElseThrow(() ->
            UaaError.Kind.INVALID_TOKEN.because(
                "The token expired, was revoked, or the token ID is incorrect."));
  }

  /**
   * As {@link #require(Request)}; the token must hold one of the scopes. {@code uaa.admin} is
   * always good.
   */
  public AccessToken requireAny(Request request, String... scopes) {
    AccessToken token = require(request);
    if (!holdsAny(token, scopes)) {
      throw UaaError.Kind.INSUFFICIENT_SCOPE.because("Insufficient scope for this resource");
    }
    return token;
  }

  /** Whether the token holds one of the scopes or {@code uaa.admin}. */
  public static boolean holdsAny(AccessToken token, String... scopes) {
    for (String scope : scopes) {
      if (token.has(scope)) {
        return true;
      }
    }
    return token.has("uaa.admin");
  }

  private boolean isOfThisGeneration(AccessToken token) {
    return token
        .userId()
        .map(id ->
            database
                .inTransaction(db -> users.find(db, id))
                .filter(User::active)
                .map(user -> Optional.of(user.revocationSignature()))
                .equals(Optional.of(token.revocationSignature())))
        .orElse(true);
  }
}
