package bellows.router.errors;

/** What the router answers itself: values of X-Cf-RouterError (reference/messages.md, 2.4). */
public enum RouterError {
  EMPTY_HOST(400, "empty_host", "Request had empty Host header", Caching.BRIEF),
  UNKNOWN_ROUTE(404, "unknown_route", "Requested route ('%s') does not exist.", Caching.NEVER),
  /** The instance that a header asks for is not there. */
  UNKNOWN_INSTANCE(
      400, "unknown_route", "Requested instance of route ('%s') does not exist.", Caching.NEVER),
  INVALID_APP_INSTANCE(
      400, "invalid_cf_app_instance_header", "Invalid X-CF-App-Instance Header", Caching.UNSAID),
  INVALID_PROCESS_INSTANCE(
      400,
      "invalid_cf_process_instance_header",
      "Invalid X-CF-Process-Instance Header",
      Caching.UNSAID),
  /** Over TLS the client has asked for a host with another certificate (RFC 9110, 15.5.20). */
  MISDIRECTED(
      421,
      "misdirected",
      "Requested host ('%s') has another certificate than this connection's.",
      Caching.NEVER),
  NO_ENDPOINTS(
      503, "no_endpoints", "Requested route ('%s') has no available endpoints.", Caching.BRIEF),
  CONNECTION_LIMIT(
      503,
      "Connection Limit Reached",
      "Requested route ('%s') has no endpoint with a free connection.",
      Caching.UNSAID),
  ENDPOINT_FAILURE(
      502, "endpoint_failure", "Registered endpoint failed to handle the request.", Caching.UNSAID),
  /** gorouter says 502; 504 tells a slow app from a broken one (robustness.md, F64). */
  ENDPOINT_TIMEOUT(
      504, "endpoint_failure", "Registered endpoint did not answer in time.", Caching.UNSAID),
  ENDPOINT_OTHER_NAME(
      503, "endpoint_failure", "Registered endpoint is another one's by now.", Caching.UNSAID),
  ENDPOINT_UNTRUSTED(
      526, "endpoint_failure", "Registered endpoint has no trusted certificate.", Caching.UNSAID),
  ENDPOINT_WITHOUT_TLS(
      525, "endpoint_failure", "Registered endpoint failed to speak TLS.", Caching.UNSAID),
  ENDPOINT_WANTS_CERTIFICATE(
      496, "endpoint_failure", "Registered endpoint wants a certificate.", Caching.UNSAID),
  ROUTE_SERVICE_UNSUPPORTED(
      502, "route_service_unsupported", "Support for route services is disabled.", Caching.UNSAID),
  ROUTE_SERVICE_WEBSOCKET(
      503,
      "route_service_unsupported",
      "Websocket requests are not supported for routes bound to Route Services.",
      Caching.UNSAID),
  ROUTE_SERVICE_FORGED(
      400,
      "invalid_route_service_signature",
      "Failed to validate Route Service Signature",
      Caching.UNSAID),
  ROUTE_SERVICE_EXPIRED(
      504,
      "expired_route_service_signature",
      "Failed to validate Route Service Signature in time",
      Caching.UNSAID),
  ROUTE_SERVICE_FAILURE(
      502, "route_service_failure", "Route service failed to handle the request.", Caching.UNSAID),
  ROUTE_SERVICE_TIMEOUT(
      504, "route_service_timeout", "Route service did not answer in time.", Caching.UNSAID),
  ROUTE_SERVICE_UNTRUSTED(
      526, "route_service_failure", "Route service has no trusted certificate.", Caching.UNSAID),
  ROUTE_SERVICE_LOOP(
      508, "route_service_loop", "Request went to route services too often.", Caching.UNSAID),
  REQUEST_TOO_LARGE(
      431, "max-request-size-exceeded", "Request header is too large.", Caching.UNSAID),
  RATE_LIMITED(
      429, "rate_limited", "Too many requests for route ('%s'). Try again later.", Caching.NEVER),
  MALFORMED_REQUEST(400, "", "Request is malformed: %s.", Caching.UNSAID),
  URI_TOO_LONG(414, "", "Request target is too long.", Caching.UNSAID),
  EXPECTATION_FAILED(417, "", "Only 100-continue can be expected.", Caching.UNSAID),
  REQUEST_TIMEOUT(408, "", "Request did not arrive in time.", Caching.UNSAID);

  /** What Cache-Control says. */
  private enum Caching {
    BRIEF("Cache-Control: public,max-age=2\r\n"),
    NEVER("Cache-Control: no-cache, no-store\r\n"),
    UNSAID("");

    private final String line;

    Caching(String line) {
      this.line = line;
    }
  }

  private final int status;
  private final String value;
  private final String message;
  private final Caching caching;

  RouterError(int status, String value, String message, Caching caching) {
    this.status = status;
    this.value = value;
    this.message = message;
    this.caching = caching;
  }

  public int status() {
    return status;
  }

  /** The header's value, for an endpoint failure without the error's text; empty for no header. */
  public String value() {
    return value;
  }

  /** The Cache-Control line with its end, or nothing. */
  public String cacheLine() {
    return caching.line;
  }

  /** What is wrong, in a sentence. */
  public String message(String subject) {
    return message.replace("%s", subject);
  }

  /** The text of the body: {@code 404 Not Found: ...}. */
  public String body(String subject) {
    return status + " " + reason(status) + ": " + message(subject) + "\n";
  }

  /** The reason phrase of a status that the router sends itself. */
  public static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 408 -> "Request Timeout";
      case 414 -> "URI Too Long";
      case 417 -> "Expectation Failed";
      case 421 -> "Misdirected Request";
      case 429 -> "Too Many Requests";
      case 431 -> "Request Header Fields Too Large";
      case 496 -> "SSL Certificate Required";
      case 508 -> "Loop Detected";
      case 525 -> "SSL Handshake Failed";
      case 526 -> "Invalid SSL Certificate";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "Error";
    };
  }
}
