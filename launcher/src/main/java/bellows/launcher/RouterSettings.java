package bellows.launcher;

import bellows.contracts.routing.PortRange;
import bellows.router.RouterConfig;
import bellows.router.pipeline.ForwardedClientCert;
import bellows.router.routes.RouteRules;
import bellows.router.tls.ClientCertificates;
import bellows.router.tls.DevelopmentAuthority;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a router serves, by default or as the settings say. */
final class RouterSettings {
  /** After the names of an operator's files, so that theirs come first. */
  private static final String DEVELOPMENT = "zz-development";

  private RouterSettings() {}

  /** Whether a platform has a router in its own process; else {@code bellows router} is one. */
  static boolean isEmbedded(Settings settings) {
    boolean embedded = settings.flag("router.embedded").orElse(true);
    if (!embedded && BusSettings.server(settings).isEmpty()) {
      throw new UsageException(
          "router.embedded=off needs a bus between router and platform: nats.url=nats://ADDR:4222"
              + " (docs/router.md)");
    }
    return embedded;
  }

  /**
   * What a platform says of other settings of a router that it does not have; empty for nothing.
   */
  static String withoutEffect(Settings settings) {
    Set<String> keys = settings.given("router.");
    keys.remove("router.embedded");
    keys.remove("router.tcp_ports"); // the API offers them
    return isEmbedded(settings) || keys.isEmpty()
        ? ""
        : "router.embedded=off, so these mean nothing here and belong to ./bellows router: "
            + String.join(", ", keys);
  }

  /** Makes the certificate that serves until an operator puts others there. */
  static RouterConfig of(Settings settings, DataDirectory data, UpOptions options, Instant now) {
    RouterConfig defaults = RouterOperation.of(settings, RouterConfig.defaults());
    return defaults
        .backendAuthorities(data.backendAuthorities().orElse(null))
        .forwardedClientCert(
            settings
                .oneOf("router.forwarded_client_cert", ForwardedClientCert.values())
                .orElse(defaults.front().forwardedClientCert()))
        .trustedProxies(
            settings.list("router.trusted_proxies").orElse(defaults.front().trustedProxies()))
        .proxyProtocolFrom(
            settings
                .list("router.proxy_protocol_from")
                .orElse(defaults.front().proxyProtocolFrom()))
        .listen(options.listen().host(), options.listen().port())
        .tls(
            options
                .listenTls()
                .map(listen -> tls(settings, data, options.domain(), listen, now))
                .orElse(null))
        .routes(
            settings.flag("router.route_service_plain").orElse(false)
                ? RouteRules.DEFAULT.allowingPlainRouteServices()
                : RouteRules.DEFAULT)
        .traffic(TrafficSettings.of(settings, data, options.domain()))
        .reservedHosts(Set.copyOf(PlatformRoutes.hosts(options.domain())))
        .strict(settings.flag("router.strict").orElse(false))
        .tcpPorts(tcpPorts(settings))
        .accessLog(data.accessLog());
  }

  /** Those that TCP routes may have; null for no TCP routes. */
  static @Nullable PortRange tcpPorts(Settings settings) {
    return settings.text("router.tcp_ports").map(RouterSettings::ports).orElse(null);
  }

  private static PortRange ports(String text) {
    try {
      return PortRange.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("router.tcp_ports: " + e.getMessage());
    }
  }

  private static RouterConfig.Tls tls(
      Settings settings, DataDirectory data, String domain, Address listen, Instant now) {
    DevelopmentAuthority.at(data.authority(), data.authorityKey(), "Bellows at " + domain, now)
        .keep(
            data.certificates().resolve(DEVELOPMENT + ".pem"),
            data.certificates().resolve(DEVELOPMENT + ".key"),
            Set.of(domain, "*." + domain),
            now);
    return new RouterConfig.Tls(
        listen.host(),
        listen.port(),
        data.certificates(),
        new ClientCertificates(
            settings
                .oneOf("router.client_certificates", ClientCertificates.Asked.values())
                .orElse(ClientCertificates.Asked.NONE),
            data.clientAuthorities()));
  }
}
