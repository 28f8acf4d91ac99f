package bellows.router.routeservices;

/**
 * How a request's head differs when it goes to a route service.
 *
 * @param target in the request line, instead of the client's; empty for the client's
 * @param host in Host, likewise
 * @param headers lines that say where the request is to come back, and prove it
 * @param outside whether the service is none of our apps, which needs to know of no instance
 */
public record Detour(String target, String host, String headers, boolean outside) {
  /**
   * Several visits in one request's way are usual only where services call each other's apps; the
   * mark counts them.
   */
  static final String VIA = "1.1 bellows-route-service";

  static Detour to(ServiceAddress service, String url, Signatures.Signed signed, boolean outside) {
    return new Detour(
        service.target(),
        service.authority(),
        lines(url, signed) + "Via: " + VIA + "\r\n",
        outside);
  }

  /** Goes on to where the client has sent it, which is a service of another route. */
  static Detour atService(String url, Signatures.Signed signed) {
    return new Detour("", "", lines(url, signed), false);
  }

  /** Whether it is we who send the request elsewhere than the client did. */
  public boolean leaves() {
    return !target.isEmpty();
  }

  private static String lines(String url, Signatures.Signed signed) {
    return "X-CF-Forwarded-Url: "
        + url
        + "\r\nX-CF-Proxy-Signature: "
        + signed.signature()
        + "\r\nX-CF-Proxy-Metadata: "
        + signed.metadata()
        + "\r\n";
  }
}
