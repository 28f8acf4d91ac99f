package bellows.http;

import bellows.base.ids.Ids;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a servlet request to the route's answer, or to the error body that tells why not. */
final class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final String REQUEST_ID = "X-Vcap-Request-Id";
  private static final long MAX_DRAINED_BYTES = 256 * 1024;

  /** How much a client may go on sending before it has seen the answer. */
  private static final long MAX_LINGERING_BYTES = 256L << 20;

  private static final Pattern SANE_REQUEST_ID = Pattern.compile("[A-Za-z0-9:._-]{1,200}");

  private final RouteTable routes;
  private final List<ErrorBodies> errorBodies;

  Dispatcher(RouteTable routes, List<ErrorBodies> errorBodies) {
    this.routes = routes;
    this.errorBodies = errorBodies;
  }

  void handle(HttpServletRequest in, HttpServletResponse out) {
    String requestId =
        Optional.ofNullable(in.getHeader(REQUEST_ID))
            .filter(id -> SANE_REQUEST_ID.matcher(id).matches())
            .orElseGet(Ids::uuid);
    boolean head = in.getMethod().equals("HEAD");
    Reply reply = answer(in, head ? "GET" : in.getMethod(), requestId);
    try {
      out.setStatus(reply.status());
      reply.headers().forEach(out::setHeader);
      boolean drained = drained(in);
      if (!drained) {
        out.setHeader("Connection", "close");
      }
      out.setHeader(REQUEST_ID, requestId);
      reply.body().writeTo(head ? OutputStream.nullOutputStream() : out.getOutputStream());
      if (!drained) {
        out.flushBuffer();
        linger(in);
      }
    } catch (IOException | RuntimeException e) {
      abort(in, requestId, e);
    }
  }

  /**
   * Reads what the handler left of the body, when that is little. Else the connection cannot carry
   * another request, and the client must be told: it would send one and see the connection end.
   */
  private static boolean drained(HttpServletRequest in) {
    if (waitsForLeave(in)) {
      return false;
    }
    try {
      return in.getContentLengthLong() == 0 || skip(in.getInputStream(), MAX_DRAINED_BYTES);
    } catch (IOException e) {
      // The answer may still reach a client that stopped sending.
      return false;
    }
  }

  /**
   * Reads on for a while after the answer: closing a connection on which bytes arrive resets it,
   * and a reset destroys the answer on its way to a client that is still sending.
   */
  private static void linger(HttpServletRequest in) {
    if (waitsForLeave(in)) {
      return;
    }
    try {
      skip(in.getInputStream(), MAX_LINGERING_BYTES);
    } catch (IOException e) {
      // The client has gone, with the answer or without.
    }
  }

  private static boolean waitsForLeave(HttpServletRequest in) {
    return in.getHeader("Expect") != null;
  }

  /** Whether the end was reached within {@code limit} bytes. */
  private static boolean skip(InputStream rest, long limit) throws IOException {
    byte[] buffer = new byte[8192];
    for (long left = limit; left > 0; ) {
      int read = rest.read(buffer);
      if (read < 0) {
        return true;
      }
      left -= read;
    }
    return false;
  }

  private Reply answer(HttpServletRequest in, String methodName, String requestId) {
    Optional<Route.Method> method = method(methodName);
    Request request = new ServletRequest(in, method.orElse(Route.Method.GET), Map.of(), requestId);
    try {
      RouteTable.Match match =
          method
              .flatMap(known -> routes.find(known, in.getRequestURI()))
              .orElseThrow(() -> CfError.Kind.NOT_FOUND.because("Unknown request"));
      request = new ServletRequest(in, match.route().method(), match.pathParams(), requestId);
      return match.route().handler().handle(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CfErrorBodies.of(
          CfError.Kind.SERVICE_UNAVAILABLE.because("The server is stopping; try again"));
    } catch (Exception e) {
      return failed(request, e);
    } catch (StackOverflowError e) {
      return unknown(request, e);
    }
  }

  private static Optional<Route.Method> method(String name) {
    try {
      return Optional.of(Route.Method.valueOf(name.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Reply failed(Request request, Exception failure) {
    for (ErrorBodies bodies : errorBodies) {
      Optional<Reply> reply = bodies.reply(request, failure);
      if (reply.isPresent()) {
        return reply.get();
      }
    }
    if (failure instanceof ClientGoneException) {
      return CfErrorBodies.of(CfError.Kind.BAD_REQUEST.because("Bad request: incomplete body"));
    }
    return unknown(request, failure);
  }

  /** The cause goes to the log only: it may name what the caller must not know. */
  private static Reply unknown(Request request, Throwable failure) {
    log.atError()
        .addKeyValue("method", request.method())
        .addKeyValue("path", request.path())
        .addKeyValue("request_id", request.requestId())
        .setCause(failure)
        .log("request.failed");
    return CfErrorBodies.of(
        CfError.Kind.SERVER_ERROR.because(
            "An unexpected error occurred; request id %s", request.requestId()));
  }

  /** Cuts the connection: a body that just ended would look whole to the client. */
  private static void abort(HttpServletRequest in, String requestId, Exception failure) {
    log.atWarn()
        .addKeyValue("path", in.getRequestURI())
        .addKeyValue("request_id", requestId)
        .addKeyValue("cause", String.valueOf(failure))
        .log("answer.cut");
    ServletContextRequest.getServletContextRequest(in)
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}
