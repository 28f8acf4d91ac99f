package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A router.register or router.unregister message that makes sense.
 *
 * @param tls the endpoint speaks TLS only
 */
record Registration(Endpoint.Identity identity, List<Uri> uris, boolean tls) {
  /** Longest value of one field that goes into a header. */
  private static final int LONGEST = 1000;

  /**
   * @throws RegistrationException when the message is not to be followed
   */
  static Registration of(RouterRegister message, RouteRules rules) {
    String ip = message.host();
    // A name would have to be looked up on the request path; every publisher sends an address.
    if (ip == null || (!NetUtil.isValidIpV4Address(ip) && !NetUtil.isValidIpV6Address(ip))) {
      throw new RegistrationException(RegistrationException.Reason.HOST, String.valueOf(ip));
    }
    int tlsPort = message.tlsPort() == null ? 0 : message.tlsPort();
    Integer plainPort = message.port();
    int port = plainPort == null || plainPort == 0 ? tlsPort : plainPort;
    if (port < 1 || port > 65535 || tlsPort < 0 || tlsPort > 65535) {
      throw new RegistrationException(RegistrationException.Reason.PORT, String.valueOf(port));
    }
    String routeService = text(message.routeServiceUrl(), "route_service_url");
    if (!routeService.isEmpty() && !routeService.startsWith("https")) {
      throw new RegistrationException(RegistrationException.Reason.ROUTE_SERVICE, routeService);
    }
    String app = text(message.app(), "app");
    Endpoint.Identity identity =
        new Endpoint.Identity(
            ip.indexOf(':') < 0 ? ip + ":" + port : "[" + ip + "]:" + port,
            ip,
            port,
            app,
            text(message.privateInstanceId(), "private_instance_id"),
            text(message.privateInstanceIndex(), "private_instance_index"),
            tags(message.tags()),
            staleAfter(message.staleThresholdSeconds(), rules),
            routeService);
    return new Registration(
        identity,
        uris(message.uris(), app, rules.reservedHosts()),
        plainPort == null && tlsPort > 0);
  }

  private static List<Uri> uris(
      @Nullable List<String> texts, String app, Set<String> reservedHosts) {
    if (texts == null || texts.isEmpty()) {
      throw new RegistrationException(RegistrationException.Reason.URI, "none");
    }
    List<Uri> uris = new ArrayList<>(texts.size());
    for (@Nullable String text : texts) {
      Uri uri =
          Uri.parse(text == null ? "" : text)
              .orElseThrow(() ->
                  new RegistrationException(
                      RegistrationException.Reason.URI, String.valueOf(text)));
      if (!app.isEmpty() && reservedHosts.contains(uri.host())) {
        throw new RegistrationException(RegistrationException.Reason.RESERVED_HOST, text);
      }
      uris.add(uri);
    }
    return uris;
  }

  private static Map<String, String> tags(@Nullable Map<String, String> given) {
    Map<String, String> tags = new HashMap<>();
    if (given != null) {
      given.forEach((key, value) -> tags.put(key, Objects.requireNonNullElse(value, "")));
    }
    return Map.copyOf(tags);
  }

  private static long staleAfter(@Nullable Integer seconds, RouteRules rules) {
    long most = rules.staleThreshold().toNanos();
    return seconds == null || seconds <= 0 ? most : Math.min(most, seconds * 1_000_000_000L);
  }

  /** These values are written into headers and logs, so a control character in one is refused. */
  private static String text(@Nullable String value, String field) {
    if (value == null) {
      return "";
    }
    if (value.length() > LONGEST || !value.chars().allMatch(c -> c >= ' ' && c < 127)) {
      throw new RegistrationException(RegistrationException.Reason.VALUE, field);
    }
    return value;
  }
}
