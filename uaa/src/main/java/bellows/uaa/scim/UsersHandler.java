package bellows.uaa.scim;

import bellows.base.json.Json;
import bellows.cmdb.Database;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.tokens.AccessToken;
import bellows.uaa.tokens.TokenChecks;
import bellows.uaa.users.Login;
import bellows.uaa.users.Scopes;
import bellows.uaa.users.User;
import bellows.uaa.users.UserStore;
import bellows.uaa.users.UserStore.Selection;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** {@code /Users}: user administration, and one's own password. */
public final class UsersHandler {
  private static final int LIMIT_BYTES = 64 * 1024;
  private static final int DEFAULT_COUNT = 100;
  private static final int MAX_COUNT = 500;

  private final Database database;
  private final UserStore users;
  private final UserAccounts accounts;
  private final Login login;
  private final TokenChecks checks;

  private record PasswordChange(
      @JsonProperty("oldPassword") @Nullable String oldPassword,
      @JsonProperty("password") @Nullable String password) {
    /** Without the passwords. */
    @Override
    public String toString() {
      return "PasswordChange";
    }
  }

  public UsersHandler(
      Database database, UserStore users, UserAccounts accounts, Login login, TokenChecks checks) {
    this.database = database;
    this.users = users;
    this.accounts = accounts;
    this.login = login;
    this.checks = checks;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/Users", this::list),
        Route.post("/Users", this::create),
        Route.get("/Users/:id", this::show),
        Route.put("/Users/:id", this::change),
        Route.delete("/Users/:id", this::delete),
        Route.put("/Users/:id/password", this::changePassword));
  }

  private Reply list(Request request) {
    checks.requireAny(request, "scim.read");
    Selection selection =
        request.queryParam("filter").map(ScimFilter::parse).orElseGet(ScimFilter::all);
    int startIndex = Math.max(1, number(request, "startIndex", 1));
    int count = Math.clamp(number(request, "count", DEFAULT_COUNT), 0, MAX_COUNT);
    return database.inTransaction(db -> {
      List<User> page = users.list(db, selection, startIndex - 1, count);
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("resources", page.stream().map(ScimUser::of).toList());
      body.put("startIndex", startIndex);
      body.put("itemsPerPage", page.size());
      body.put("totalResults", users.count(db, selection));
      body.put("schemas", ScimUser.SCHEMAS);
      return Reply.ok(body);
    });
  }

  private Reply create(Request request) {
    checks.requireAny(request, "scim.write", "scim.create");
    ScimUser sent = body(request, ScimUser.class);
    String origin = orElse(sent.origin(), User.OUR_ORIGIN);
    // A user of another origin never logs in with a password of ours.
    boolean ours = origin.equals(User.OUR_ORIGIN);
    if (ours && sent.password() == null) {
      throw UaaError.Kind.INVALID_PASSWORD.because("A password is required");
    }
    ScimUser.Name name = orElse(sent.name(), new ScimUser.Name(null, null));
    User created =
        accounts.create(
            orElse(sent.userName(), ""),
            origin,
            sent.email(),
            orElse(name.givenName(), ""),
            orElse(name.familyName(), ""),
            ours ? sent.password() : null,
            Scopes.DEFAULT);
    return Reply.json(201, ScimUser.of(created)).with("ETag", "\"" + created.version() + "\"");
  }

  private Reply show(Request request) {
    AccessToken token = checks.require(request);
    String id = request.pathParam("id");
    boolean self = token.userId().equals(Optional.of(id));
    if (!self && !TokenChecks.holdsAny(token, "scim.read")) {
      throw insufficientScope();
    }
    return Reply.ok(ScimUser.of(accounts.require(id)));
  }

  private Reply change(Request request) {
    checks.requireAny(request, "scim.write");
    ScimUser sent = body(request, ScimUser.class);
    ScimUser.Name name = orElse(sent.name(), new ScimUser.Name(null, null));
    User changed =
        accounts.change(
            request.pathParam("id"),
            version(request),
            orElse(sent.userName(), ""),
            sent.email(),
            orElse(name.givenName(), ""),
            orElse(name.familyName(), ""),
            orElse(sent.active(), true));
    return Reply.ok(ScimUser.of(changed)).with("ETag", "\"" + changed.version() + "\"");
  }

  private Reply delete(Request request) {
    checks.requireAny(request, "scim.write");
    return Reply.ok(ScimUser.of(accounts.delete(request.pathParam("id"))));
  }

  private Reply changePassword(Request request) {
    AccessToken token = checks.require(request);
    String id = request.pathParam("id");
    PasswordChange change = body(request, PasswordChange.class);
    boolean self = token.userId().equals(Optional.of(id));
    if (self && token.has("password.write")) {
      User user = accounts.require(id);
      // Counts as a login: a stolen token is no way to guess the password.
      login.check(user.username(), user.origin(), orElse(change.oldPassword(), ""));
    } else if (self || !TokenChecks.holdsAny(token, "scim.write")) {
      throw insufficientScope();
    }
    accounts.changePassword(id, orElse(change.password(), ""));
    return Reply.ok(Map.of("status", "ok", "message", "password updated"));
  }

  private static OptionalInt version(Request request) {
    String sent = request.header("If-Match").orElse("*").replace("\"", "").strip();
    if (sent.equals("*")) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(sent));
    } catch (NumberFormatException e) {
      throw UaaError.Kind.INVALID_SCIM_RESOURCE.because("Invalid version in If-Match: " + sent);
    }
  }

  private static int number(Request request, String parameter, int otherwise) {
    Optional<String> sent = request.queryParam(parameter);
    try {
      return sent.map(Integer::parseInt).orElse(otherwise);
    } catch (NumberFormatException e) {
      throw UaaError.Kind.INVALID_REQUEST.because(parameter + " must be a number");
    }
  }

  private static <T> T body(Request request, Class<T> type) {
    return Json.read(request.body(LIMIT_BYTES), type);
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  private static UaaError insufficientScope() {
    return UaaError.Kind.INSUFFICIENT_SCOPE.because("Insufficient scope for this resource");
  }
}
