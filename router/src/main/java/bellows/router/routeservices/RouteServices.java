package bellows.router.routeservices;

import bellows.base.time.Scheduler;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import bellows.router.routes.Pool;
import bellows.router.routes.RouteTable;
import bellows.router.routes.Uri;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests of a route with a route service there first. The service gets the address in
 * X-CF-Forwarded-Url, and X-CF-Proxy-Signature and -Metadata to go with it; when it calls the
 * address with them, the request goes to the app. For every thread.
 */
public final class RouteServices {
  /** A request that comes by for the sixth time goes in a circle. */
  private static final int MOST_VISITS = 5;

  private static final byte[] VIA_NAME = "via".getBytes(StandardCharsets.US_ASCII);

  private final Config config;
  private final Object making = new Object();
  private volatile @Nullable Signatures signatures;
  private final Scheduler scheduler;
  private final ServicePools pools;

  /**
   * @param secret what all routers sign with; null for no route services
   * @param previousSecret what some routers still sign with; null for none
   * @param timeout how long a service may take from the request to its own
   * @param hairpin hosts, or {@code *.} and the end of hosts, of services that are called directly
   *     when they are apps of this platform
   * @param allowed subnets besides public addresses that services may be in
   */
  public record Config(
      @Nullable String secret,
      @Nullable String previousSecret,
      Duration timeout,
      List<String> hairpin,
      List<String> allowed) {
    public static final Config DEFAULT =
        new Config(null, null, Duration.ofSeconds(60), List.of(), List.of());

    public Config {
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("router.route_services.timeout must be above 0s");
      }
      if (secret == null && previousSecret != null) {
        throw new IllegalArgumentException(
            "router.route_services.previous_secret is of no use without .secret");
      }
      hairpin = List.copyOf(hairpin);
      allowed = List.copyOf(allowed);
    }

    /** Without the secrets. */
    @Override
    public String toString() {
      return "RouteServices.Config[on=" + (secret != null) + ", hairpin=" + hairpin + "]";
    }
  }

  /** How a request stands to the service of its route. */
  public enum Standing {
    /** It was nowhere, as far as can be known. */
    FRESH,
    /** It comes back from the service of its route. */
    RETURNED,
    /** It has come, over the network, to the app that is the service of another route. */
    AT_SERVICE,
    /** Its signature is not ours, or for another route. */
    FORGED,
    EXPIRED
  }

  public RouteServices(Config config, Scheduler scheduler) {
    this.config = config;
    this.scheduler = scheduler;
    this.pools = new ServicePools(new OutboundAddresses(config.allowed()), scheduler::nanoTime);
  }

  /** Whether there is a secret to sign with. */
  public boolean isOn() {
    return config.secret() != null;
  }

  /** Made when the first is needed, as that takes a while and most platforms never need one. */
  private Signatures signatures(String secret) {
    Signatures made = signatures;
    if (made == null) {
      synchronized (making) {
        made = signatures;
        if (made == null) {
          made = new Signatures(secret, config.previousSecret(), config.timeout());
          signatures = made;
        }
      }
    }
    return made;
  }

  /**
   * How a request for a route stands to that route's service.
   *
   * @param pool of the route
   */
  public Standing judge(RequestHead head, Pool pool, RouteTable table) {
    String secret = config.secret();
    if (!head.has(HeaderName.X_CF_PROXY_SIGNATURE) || secret == null) {
      return Standing.FRESH;
    }
    boolean guarded = !pool.routeServiceUrl().isEmpty();
    // What cannot be proven is not passed on, which is enough where nothing is guarded.
    Standing bad = guarded ? Standing.FORGED : Standing.FRESH;
    Optional<Signatures.Claim> read =
        signatures(secret).read(signature(head), metadata(head), scheduler.now());
    if (read.isEmpty() || !read.get().url().equals(forwardedUrl(head))) {
      return bad;
    }
    Pool origin = find(table, read.get().url());
    boolean returned = pool.equals(origin);
    if (!returned && (guarded || origin == null || !isServiceOf(origin, pool, table))) {
      return bad;
    }
    if (read.get().expired()) {
      return guarded ? Standing.EXPIRED : Standing.FRESH;
    }
    return returned ? Standing.RETURNED : Standing.AT_SERVICE;
  }

  private static boolean isServiceOf(Pool origin, Pool pool, RouteTable table) {
    return ServiceAddress.parse(origin.routeServiceUrl())
        .map(service -> pool.equals(table.find(service.host(), service.path())))
        .orElse(false);
  }

  /** The route that a signed address leads to; null when there is none any more. */
  private static @Nullable Pool find(RouteTable table, String url) {
    int host = url.indexOf("://") + 3;
    int query = url.indexOf('?');
    String whole = query < 0 ? url : url.substring(0, query);
    int path = whole.indexOf('/', host);
    return Uri.parse(whole.substring(host, path < 0 ? whole.length() : path))
        .map(uri -> table.find(uri.host(), path < 0 ? "" : whole.substring(path)))
        .orElse(null);
  }

  private static String signature(RequestHead head) {
    return Objects.requireNonNullElse(head.value(HeaderName.X_CF_PROXY_SIGNATURE), "");
  }

  private static String metadata(RequestHead head) {
    return Objects.requireNonNullElse(head.value(HeaderName.X_CF_PROXY_METADATA), "");
  }

  private static String forwardedUrl(RequestHead head) {
    return Objects.requireNonNullElse(head.value(HeaderName.X_CF_FORWARDED_URL), "");
  }

  /** For a request that is {@link Standing#AT_SERVICE}: the app gets what was proven. */
  public Detour atService(RequestHead head) {
    return Detour.atService(
        forwardedUrl(head), new Signatures.Signed(signature(head), metadata(head)));
  }

  /** Whether the request has come by too often for anything but a circle. */
  public boolean isCircling(RequestHead head) {
    int visits = 0;
    for (int i = head.find(VIA_NAME, 0); i >= 0; i = head.find(VIA_NAME, i + 1)) {
      String value = head.text(head.valueStart(i), head.valueEnd(i));
      for (int at = value.indexOf(Detour.VIA); at >= 0; at = value.indexOf(Detour.VIA, at + 1)) {
        visits++;
      }
    }
    return visits >= MOST_VISITS;
  }

  /**
   * The way to a route's service.
   *
   * @param url where the service is to send the request
   */
  public Visit visit(Pool route, String url, RouteTable table) {
    ServiceAddress service = ServiceAddress.parse(route.routeServiceUrl()).orElse(null);
    String secret = config.secret();
    if (service == null || secret == null) {
      return Visit.failing("not an address of a service");
    }
    Signatures.Signed signed = signatures(secret).sign(url, scheduler.now());
    Pool own = isHairpin(service.host()) ? table.find(service.host(), service.path()) : null;
    if (own == null) {
      return new Visit(Detour.to(service, url, signed, true), pools.find(service));
    }
    if (own.isEmpty()) {
      return Visit.failing("the service has no instance");
    }
    if (!own.routeServiceUrl().isEmpty()) {
      return Visit.failing("the service's own route has a service");
    }
    return new Visit(
        Detour.to(service, url, signed, false), CompletableFuture.completedFuture(own));
  }

  private boolean isHairpin(String host) {
    for (String pattern : config.hairpin()) {
      if (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A way to a service.
   *
   * @param detour null when there is no way
   * @param pool who serves there, maybe later
   */
  public record Visit(@Nullable Detour detour, CompletableFuture<Pool> pool) {
    static Visit failing(String reason) {
      return new Visit(null, CompletableFuture.failedFuture(new IllegalArgumentException(reason)));
    }
  }
}
