package bellows.uaa.tokens;

import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import bellows.uaa.protocol.UaaError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Ends a token before its time, and the session that it came from; {@code cf logout} does that. */
public final class RevocationHandler {
  /** No access token is valid for longer; for a token that we do not see. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Database database;
  private final Scheduler scheduler;
  private final TokenStore store;
  private final TokenChecks checks;

  public RevocationHandler(
      Database database, Scheduler scheduler, TokenStore store, TokenChecks checks) {
    this.database = database;
    this.scheduler = scheduler;
    this.store = store;
    this.checks = checks;
  }

  public List<Route> routes() {
    return List.of(Route.delete("/oauth/token/revoke/:jti", this::revoke));
  }

  private Reply revoke(Request request) {
    AccessToken token = checks.require(request);
    String jti = request.pathParam("jti");
    boolean own = jti.equals(token.jti());
    if (!own && !TokenChecks.holdsAny(token, "tokens.revoke")) {
      throw UaaError.Kind.INSUFFICIENT_SCOPE.because("Only your own token");
    }
    Instant expiresAt = own ? token.expiresAt() : scheduler.now().plus(LONGEST);
    database.useTransaction(db -> store.revoke(db, jti, expiresAt));
    return Reply.ok(Map.of());
  }
}
