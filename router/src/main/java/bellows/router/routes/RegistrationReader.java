package bellows.router.routes;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.RegistrationException.Reason;
import io.netty.util.NetUtil;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Checks messages, and keeps what they have in common once. Not thread-safe. */
final class RegistrationReader {
  /** Longest value of one field that goes into a header. */
  private static final int LONGEST = 1000;

  private final RouteRules rules;
  private final CompactTexts own = new CompactTexts();
  private final Map<Traits, WeakReference<Traits>> traits = new WeakHashMap<>();
  private final Map<RouteOptions, WeakReference<RouteOptions>> options = new WeakHashMap<>();

  RegistrationReader(RouteRules rules) {
    this.rules = rules;
  }

  /**
   * @throws RegistrationException when the message is not to be followed
   */
  Registration read(RouterRegister message) {
    String ip = message.host();
    // A name would have to be looked up on the request path; every publisher sends an address.
    byte @Nullable [] address = ip == null ? null : NetUtil.createByteArrayFromIpAddressString(ip);
    if (address == null) {
      throw new RegistrationException(Reason.HOST, String.valueOf(ip));
    }
    int tlsPort = message.tlsPort() == null ? 0 : message.tlsPort();
    Integer plainPort = message.port();
    int port = plainPort == null || tlsPort > 0 ? tlsPort : plainPort;
    if (port < 1 || port > 65535 || tlsPort < 0 || tlsPort > 65535) {
      throw new RegistrationException(Reason.PORT, String.valueOf(port));
    }
    String routeService = text(message.routeServiceUrl(), "route_service_url");
    if (!routeService.isEmpty() && !isService(routeService)) {
      throw new RegistrationException(Reason.ROUTE_SERVICE, routeService);
    }
    Traits.Ids ids =
        new Traits.Ids(
            text(message.app(), "app"),
            text(message.privateInstanceId(), "private_instance_id"),
            text(message.privateInstanceIndex(), "private_instance_index"));
    own.clear();
    own.add(ids.app());
    own.add(ids.instance());
    own.add(ids.index());
    if (tlsPort > 0) {
      own.add(text(message.serverCertDomainSan(), "server_cert_domain_san"));
    }
    Traits common = traits(message, ids);
    return new Registration(
        Place.at(address, port),
        common,
        once(options, RouteOptions.of(routeService, message.options())),
        own.toBytes(),
        uris(message.uris(), ids.app()));
  }

  private boolean isService(String url) {
    return url.startsWith("https://") || (rules.plainRouteServices() && url.startsWith("http://"));
  }

  private Traits traits(RouterRegister message, Traits.Ids ids) {
    Traits read =
        new Traits(
            ids,
            tags(message.tags()),
            text(message.availabilityZone(), "availability_zone"),
            text(message.isolationSegment(), "isolation_segment"),
            "http2".equals(message.protocol()),
            message.tlsPort() != null && message.tlsPort() > 0,
            staleAfterMillis(message.staleThresholdSeconds()),
            own);
    return once(traits, read);
  }

  /** The one of many equal objects that is kept. */
  private static <T> T once(Map<T, WeakReference<T>> known, T read) {
    WeakReference<T> same = known.get(read);
    T before = same == null ? null : same.get();
    if (before == null) {
      known.put(read, new WeakReference<>(read));
      return read;
    }
    return before;
  }

  private static SortedMap<String, String> tags(@Nullable Map<String, String> given) {
    SortedMap<String, String> tags = new TreeMap<>();
    if (given != null) {
      given.forEach((name, value) -> tags.put(name, Objects.requireNonNullElse(value, "")));
    }
    return tags;
  }

  private int staleAfterMillis(@Nullable Integer seconds) {
    long most = rules.staleThreshold().toMillis();
    return (int) (seconds == null || seconds <= 0 ? most : Math.min(most, seconds * 1000L));
  }

  private List<Uri> uris(@Nullable List<String> texts, String app) {
    if (texts == null || texts.isEmpty()) {
      throw new RegistrationException(Reason.URI, "none");
    }
    List<Uri> uris = new ArrayList<>(texts.size());
    for (@Nullable String text : texts) {
      Uri uri =
          Uri.parse(text == null ? "" : text)
              .orElseThrow(() -> new RegistrationException(Reason.URI, String.valueOf(text)));
      if (!app.isEmpty() && rules.reservedHosts().contains(uri.host())) {
        throw new RegistrationException(Reason.RESERVED_HOST, text);
      }
      uris.add(uri);
    }
    return uris;
  }

  /** These values are written into headers and logs, so a control character in one is refused. */
  private static String text(@Nullable String value, String field) {
    if (value == null) {
      return "";
    }
    if (value.length() > LONGEST || !isPrintable(value)) {
      throw new RegistrationException(Reason.VALUE, field);
    }
    return value;
  }

  private static boolean isPrintable(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) >= 127) {
        return false;
      }
    }
    return true;
  }
}
