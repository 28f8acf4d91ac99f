package bellows.cloudcontroller.api;

import bellows.cmdb.Database;
import bellows.cmdb.DatabaseException;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the routes of the API: each checks the token before its operation runs. An operation
 * decodes and validates, calls {@code call.inTransaction}, and presents. While the database is away
 * all of them answer 503.
 */
public final class Endpoints {
  private static final Logger log = LoggerFactory.getLogger(Endpoints.class);

  private final TokenVerifier tokens;
  private final Database database;

  public Endpoints(TokenVerifier tokens, Database database) {
    this.tokens = tokens;
    this.database = database;
  }

  /** One use case of the API. */
  @FunctionalInterface
  public interface Operation {
    Reply handle(Call call) throws Exception;
  }

  /** For callers whose token allows to read. */
  public Route get(String path, Operation operation) {
    return Route.get(path, request -> answer(operation, reading(request)));
  }

  /** For callers whose token allows to write, as are those below. */
  public Route post(String path, Operation operation) {
    return Route.post(path, request -> answer(operation, writing(request)));
  }

  public Route put(String path, Operation operation) {
    return Route.put(path, request -> answer(operation, writing(request)));
  }

  public Route patch(String path, Operation operation) {
    return Route.patch(path, request -> answer(operation, writing(request)));
  }

  public Route delete(String path, Operation operation) {
    return Route.delete(path, request -> answer(operation, writing(request)));
  }

  private static Reply answer(Operation operation, Call call) throws Exception {
    try {
      return operation.handle(call);
    } catch (DatabaseException e) {
      if (e.failure() != DatabaseException.Failure.UNREACHABLE) {
        throw e;
      }
      log.atWarn()
          .addKeyValue("request_id", call.request().requestId())
          .addKeyValue("cause", String.valueOf(e.getCause()))
          .log("request.without_database");
      throw CfError.Kind.SERVICE_UNAVAILABLE.because(
          "The platform cannot reach its database right now; try again. Running apps are not"
              + " affected");
    }
  }

  private Call reading(Request request) {
    Call call = authorized(request, false);
    if (!call.caller().mayRead()) {
      throw CfError.Kind.INSUFFICIENT_SCOPE.because(
          "Your token lacks the necessary scopes to access this resource.");
    }
    return call;
  }

  private Call writing(Request request) {
    Call call = authorized(request, true);
    Permissions.require(call.caller().mayWrite());
    return call;
  }

  private Call authorized(Request request, boolean writes) {
    Caller caller = tokens.verify(request.header("Authorization"));
    // No text in the database holds NUL, and none could be asked for.
    if (request.path().contains("%00")) {
      throw CfError.Kind.NOT_FOUND.because("Unknown request");
    }
    if (request.rawQuery().contains("%00")) {
      throw ListQuery.invalid("a value contains NUL");
    }
    return new Call(request, caller, database, writes);
  }
}
