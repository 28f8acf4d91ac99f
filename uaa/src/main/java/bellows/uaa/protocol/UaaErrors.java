package bellows.uaa.protocol;

import bellows.cmdb.DatabaseException;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** Answers errors in the form that UAA's clients know, instead of the V3 form. */
public final class UaaErrors {
  private static final Logger log = LoggerFactory.getLogger(UaaErrors.class);

  private UaaErrors() {}

  /** The same routes, whose handlers answer an error instead of throwing it. */
  public static List<Route> answering(List<Route> routes) {
    return routes.stream()
        .map(route -> new Route(route.method(), route.path(), answering(route.handler())))
        .toList();
  }

  private static Route.Handler answering(Route.Handler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (UaaError e) {
        return reply(request, e);
      } catch (JacksonException e) {
        return reply(request, UaaError.Kind.INVALID_REQUEST.because("The body is no valid JSON"));
      } catch (DatabaseException e) {
        if (e.failure() != DatabaseException.Failure.UNREACHABLE) {
          throw e;
        }
        log.atWarn()
            .addKeyValue("request_id", request.requestId())
            .addKeyValue("cause", String.valueOf(e.getCause()))
            .log("request.without_database");
        return reply(
            request,
            UaaError.Kind.TEMPORARILY_UNAVAILABLE.because(
                "The platform cannot reach its database right now; try again"));
      } catch (CfError e) {
        // The server's own: a body that is too long, a malformed escape.
        return Reply.json(
            e.kind().status(), Map.of("error", "invalid_request", "error_description", e.detail()));
      }
    };
  }

  private static Reply reply(Request request, UaaError error) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("error", error.word());
    body.put("error_description", error.description());
    if (request.path().startsWith("/Users")) {
      body.put("message", error.description());
    }
    Reply reply = Reply.json(error.kind().status(), body).with("Cache-Control", "no-store");
    return switch (error.kind()) {
      case INVALID_CLIENT -> reply.with("WWW-Authenticate", "Basic realm=\"UAA/client\"");
      case INVALID_TOKEN, INSUFFICIENT_SCOPE ->
          reply.with(
              "WWW-Authenticate", "Bearer realm=\"UAA/oauth\", error=\"" + error.word() + "\"");
      case TEMPORARILY_UNAVAILABLE -> reply.with("Retry-After", "2");
      default -> reply;
    };
  }
}
