package bellows.uaa.grants;

import bellows.base.ids.Ids;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.uaa.clients.Client;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.tokens.AccessTokens;
import bellows.uaa.tokens.TokenStore;
import bellows.uaa.users.Login;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What each grant type asks for and gives. */
final class Grants {
  static final String PASSWORD = "password";
  static final String REFRESH_TOKEN = "refresh_token";
  static final String CLIENT_CREDENTIALS = "client_credentials";

  private static final int REFRESH_TOKEN_BYTES = 32;

  private final Database database;
  private final Scheduler scheduler;
  private final Login login;
  private final UserStore users;
  private final AccessTokens tokens;
  private final TokenStore store;

  Grants(
      Database database,
      Scheduler scheduler,
      Login login,
      UserStore users,
      AccessTokens tokens,
      TokenStore store) {
    this.database = database;
    this.scheduler = scheduler;
    this.login = login;
    this.users = users;
    this.tokens = tokens;
    this.store = store;
  }

  /**
   * @param requested scopes to restrict the token to, or empty for all
   */
  Granted byPassword(
      Client client, String username, String origin, String password, Optional<String> requested) {
    User user = login.check(username, origin, password);
    Instant now = scheduler.now();
    SortedSet<String> scopes = restrict(allowed(user.scopes(), client.scopes()), requested);
    AccessTokens.Issued access = tokens.forUser(client, user, scopes, PASSWORD, now);
    if (!client.grantTypes().contains(REFRESH_TOKEN)) {
      return Granted.of(access, null);
    }
    String refreshToken = Ids.secret(REFRESH_TOKEN_BYTES) + "-r";
    database.useTransaction(db ->
        store.insert(
            db,
            refreshToken,
            new TokenStore.Refresh(
                access.jti(),
                client.id(),
                user.id(),
                scopes,
                now,
                now.plus(client.refreshTokenValid()))));
    return Granted.of(access, refreshToken);
  }

  /**
   * The refresh token stays the same: several CLI processes share one, and a new one each time
   * would log the slower of them out. Scopes that the user has lost since are gone.
   */
  Granted byRefreshToken(Client client, String refreshToken, Optional<String> requested) {
    return database.inTransaction(db -> {
      TokenStore.Refresh session =
          store
              .findForUpdate(db, refreshToken, scheduler.now())
              .filter(found -> found.clientId().equals(client.id()))
              .orElseThrow(Grants::invalidRefreshToken);
      User user =
          users
              .find(db, session.userId())
              .filter(User::active)
              .orElseThrow(Grants::invalidRefreshToken);
      SortedSet<String> scopes =
          restrict(allowed(allowed(user.scopes(), client.scopes()), session.scopes()), requested);
      AccessTokens.Issued access =
          tokens.forUser(client, user, scopes, REFRESH_TOKEN, session.authenticatedAt());
      store.setNewestAccessToken(db, refreshToken, access.jti());
      return Granted.of(access, refreshToken);
    });
  }

  Granted byClientCredentials(Client client, Optional<String> requested) {
    SortedSet<String> authorities = restrict(new TreeSet<>(client.authorities()), requested);
    return Granted.of(tokens.forClient(client, authorities, CLIENT_CREDENTIALS), null);
  }

  private static SortedSet<String> allowed(Collection<String> held, Collection<String> limit) {
    SortedSet<String> both = new TreeSet<>(held);
    both.retainAll(limit);
    return both;
  }

  private static SortedSet<String> restrict(SortedSet<String> allowed, Optional<String> requested) {
    SortedSet<String> scopes = new TreeSet<>(allowed);
    requested
        .filter(text -> !text.isBlank())
        .ifPresent(text -> scopes.retainAll(Arrays.asList(text.strip().split("\\s+"))));
    if (scopes.isEmpty()) {
      throw UaaError.Kind.INVALID_SCOPE.because(
          "The requested scopes are none that this client and user may have");
    }
    return scopes;
  }

  private static UaaError invalidRefreshToken() {
    return UaaError.Kind.INVALID_GRANT.because(
        "Invalid refresh token: it expired, was revoked, or belongs to another client");
  }
}
