package bellows.cloudcontroller.routes;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.domains.Domain;
import bellows.cloudcontroller.domains.DomainContents;
import bellows.cloudcontroller.domains.DomainStore;
import bellows.cloudcontroller.domains.PlatformNames;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.routergroups.RouterGroup;
import bellows.cloudcontroller.spaces.Space;
import bellows.cloudcontroller.spaces.SpaceStore;
import bellows.http.CfError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rules for making, mapping and removing routes, for the API and for manifests. Every method
 * works inside the caller's transaction, and tells {@link RouteChanges} which apps it touched.
 */
public final class RouteRegistry implements DomainContents {
  /**
   * Where the app's process of that type is to be reached.
   *
   * @param protocol {@code http1}, {@code http2} or {@code tcp}; null for what fits the route
   */
  public record Target(String appGuid, String processType, @Nullable String protocol) {}

  private final PlatformNames platform;
  private final RouteChanges changes;
  private final TcpPorts tcpPorts;
  private final RouteStore store = new RouteStore();
  private final DomainStore domains = new DomainStore();
  private final SpaceStore spaces = new SpaceStore();

  /**
   * @param tcp where TCP routes are; null for nowhere
   */
  public RouteRegistry(PlatformNames platform, RouteChanges changes, @Nullable RouterGroup tcp) {
    this.platform = platform;
    this.changes = changes;
    this.tcpPorts = new TcpPorts(tcp);
  }

  /**
   * The route of that address, made when there is none yet.
   *
   * @param address {@code host.domain/path} or {@code domain:port}, as manifests write it
   * @param options keys of {@link RouteOption} and what they are from now on; a null value takes an
   *     option away, others stay
   * @throws CfError 422 when it may not be, or belongs to another space
   */
  public AppRoute ensure(
      Handle db,
      Caller caller,
      String spaceGuid,
      String address,
      Map<String, @Nullable String> options) {
    return ensure(db, caller, spaceGuid, resolve(db, spaceGuid, address), options);
  }

  private AppRoute ensure(
      Handle db,
      Caller caller,
      String spaceGuid,
      RouteAddress at,
      Map<String, @Nullable String> options) {
    Optional<AppRoute> existing = store.findAt(db, at);
    if (existing.isPresent()) {
      if (!existing.get().spaceGuid().equals(spaceGuid)) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Routes cannot be mapped to destinations in different spaces.");
      }
      if (options.isEmpty()) {
        return existing.get();
      }
      // Read again, as others may have changed it, or taken it away.
      Optional<AppRoute> locked = store.findForUpdate(db, existing.get().guid());
      if (locked.isPresent()) {
        return changeUnlessSo(db, caller, locked.get(), options);
      }
    }
    return create(db, caller, spaceGuid, at, options, Metadata.Change.NONE);
  }

  /** So that a manifest that is applied again changes nothing, and tells nobody. */
  private AppRoute changeUnlessSo(
      Handle db, Caller caller, AppRoute locked, Map<String, @Nullable String> options) {
    return locked.port() == null && RouteOptions.has(locked.options(), options)
        ? locked
        : change(db, caller, locked, options, Metadata.Change.NONE);
  }

  /**
   * Changes what is wanted of the route, and what is noted of it.
   *
   * @param route locked
   */
  AppRoute change(
      Handle db,
      Caller caller,
      AppRoute route,
      Map<String, @Nullable String> options,
      Metadata.Change metadata) {
    if (route.port() != null) {
      requireNone(options);
    }
    store.update(
        db,
        route.guid(),
        RouteOptions.changed(route.options(), options),
        metadata.on(route.metadata()));
    if (!options.isEmpty()) {
      tellApps(db, route);
    }
    audit(db, caller, "update", route);
    return store.find(db, route.guid()).orElseThrow();
  }

  /** Requests for the routes pass by another service now, or by none. */
  public void serviceChanged(Handle db, Collection<String> guids) {
    store.appsBehind(db, guids).forEach(app -> changes.changed(db, app));
  }

  private void tellApps(Handle db, AppRoute route) {
    route.destinations().forEach(to -> changes.changed(db, to.appGuid()));
  }

  /**
   * The longest domain that the org may use and that ends the address wins, but not one for TCP
   * routes when there is no port and the address is a route of another domain already: that was
   * good before the longer domain was made.
   */
  private RouteAddress resolve(Handle db, String spaceGuid, String address) {
    int slash = address.indexOf('/');
    String authority = (slash < 0 ? address : address.substring(0, slash)).toLowerCase(Locale.ROOT);
    String path = slash < 0 ? "" : address.substring(slash);
    int colon = authority.indexOf(':');
    String name = colon < 0 ? authority : authority.substring(0, colon);
    Integer port = colon < 0 ? null : Integer.valueOf(authority.substring(colon + 1));
    List<String> candidates = new ArrayList<>(List.of(name));
    int dot = name.indexOf('.');
    if (dot > 0) {
      candidates.add(name.substring(dot + 1));
    }
    Space space = space(db, spaceGuid);
    boolean lacksPort = false;
    for (Domain domain : domains.findNamed(db, candidates)) {
      if (domain.usableBy(space.organizationGuid())) {
        String host = domain.name().equals(name) ? "" : name.substring(0, dot);
        RouteAddress at = new RouteAddress(host, domain, path, port);
        if (domain.isTcp() && port == null) {
          lacksPort = true;
        } else if (!lacksPort || store.findAt(db, at).isPresent()) {
          return at.checked();
        }
      }
    }
    if (lacksPort) { // any port would be another one at each push
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Routes with protocol 'tcp' must specify a port.");
    }
    throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "The route '%s' did not match any existing domains.", address);
  }

  private Space space(Handle db, String guid) {
    return spaces.find(db, guid).orElseThrow(() -> Permissions.notFound("Space"));
  }

  /** The route under the org's default domain that an app gets when it names none. */
  public AppRoute ensureDefault(Handle db, Caller caller, String spaceGuid, String appName) {
    Domain domain =
        domains
            .findDefault(db, space(db, spaceGuid).organizationGuid())
            .orElseThrow(() ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "There is no domain for a default route."));
    String host =
        appName.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-").replaceAll("^-+|-+$", "");
    RouteAddress at = new RouteAddress(host.isEmpty() ? "app" : host, domain, "", null).checked();
    return ensure(db, caller, spaceGuid, at, Map.of());
  }

  AppRoute create(
      Handle db,
      Caller caller,
      String spaceGuid,
      RouteAddress address,
      Map<String, @Nullable String> options,
      Metadata.Change metadata) {
    FeatureFlag.ROUTE_CREATION.require(db, caller);
    if (address.domain().isTcp()) {
      requireNone(options);
    } else {
      requireFree(db, caller, address);
    }
    if (store.quotaExhausted(db, spaceGuid)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Routes quota exceeded for this organization.");
    }
    RouteAddress at = address.domain().isTcp() ? tcpPorts.reserve(db, spaceGuid, address) : address;
    String guid = Ids.uuid();
    store.insert(
        db, guid, spaceGuid, at, RouteOptions.changed(null, options), metadata.on(Metadata.NONE));
    AppRoute route = store.find(db, guid).orElseThrow();
    audit(db, caller, "create", route);
    return route;
  }

  /** Options are about requests, of which the routers see none on a TCP route. */
  private static void requireNone(Map<String, @Nullable String> options) {
    if (!options.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Options are not supported for TCP routes.");
    }
  }

  /** A host and a path may be the platform's or another route's. */
  private void requireFree(Handle db, Caller caller, RouteAddress address) {
    if (address.host().equals("*") && address.domain().organizationGuid() == null) {
      // Who has it answers for every name that nobody else has.
      Permissions.requireAdmin(caller);
    }
    if (platform.reserves(address.fqdn())) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The name '%s' is reserved by the platform.", address.fqdn());
    }
    if (store.findAt(db, address).isPresent() || store.collides(db, address)) {
      throw address.taken();
    }
  }

  /**
   * Lets the route lead to these targets too.
   *
   * @throws CfError 422 when an app is not in the route's space
   */
  public void map(Handle db, Caller caller, AppRoute route, Collection<Target> targets) {
    requireApps(db, route, targets);
    for (Target target : targets) {
      boolean added =
          store.addDestination(
              db,
              route.guid(),
              target.appGuid(),
              target.processType(),
              route.destinationProtocol(target.protocol()));
      if (added) {
        changes.changed(db, target.appGuid());
        auditApp(db, caller, "map-route", route, target.appGuid());
      }
    }
  }

  private void requireApps(Handle db, AppRoute route, Collection<Target> targets) {
    List<String> wanted = targets.stream().map(Target::appGuid).distinct().toList();
    List<String> there = store.appsIn(db, route.spaceGuid(), wanted);
    if (there.size() < wanted.size()) {
      String missing =
          String.join("\", \"", wanted.stream().filter(guid -> !there.contains(guid)).toList());
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "App(s) with guid(s) \"%s\" do not exist or you do not have access.", missing);
    }
  }

  /** Ends one destination. */
  public void unmap(Handle db, Caller caller, AppRoute route, Destination destination) {
    store.deleteDestination(db, destination.guid());
    changes.changed(db, destination.appGuid());
    auditApp(db, caller, "unmap-route", route, destination.appGuid());
  }

  /** Ends all that leads to the app; the routes stay. */
  public void unmapAll(Handle db, Caller caller, String appGuid) {
    for (AppRoute route : ofApp(db, appGuid)) {
      for (Destination destination : route.destinations()) {
        if (destination.appGuid().equals(appGuid)) {
          unmap(db, caller, route, destination);
        }
      }
    }
  }

  void changeProtocol(Handle db, Destination destination, String protocol) {
    store.setProtocol(db, destination.guid(), protocol);
    changes.changed(db, destination.appGuid());
  }

  /** Locked until the transaction ends. */
  public Optional<AppRoute> findForUpdate(Handle db, String guid) {
    return store.findForUpdate(db, guid);
  }

  /** Those of the guids that exist, oldest first. */
  public List<AppRoute> findAll(Handle db, Collection<String> guids) {
    return store.findAll(db, guids);
  }

  /** The routes that lead to the app, oldest first, with all their destinations. */
  public List<AppRoute> ofApp(Handle db, String appGuid) {
    return store.ofApp(db, appGuid);
  }

  /** Removes the route with its destinations; does nothing when it is gone. */
  void delete(Handle db, String guid) {
    Optional<AppRoute> route = store.findForUpdate(db, guid);
    if (route.isPresent()) {
      store.delete(db, guid);
      tellApps(db, route.get());
    }
  }

  @Override
  public void deleteUnder(Handle db, String domainGuid) {
    store.guidsUnder(db, domainGuid).forEach(guid -> delete(db, guid));
  }

  static void audit(Handle db, Caller caller, String what, AppRoute route) {
    AuditEvents.recordInSpace(
        db,
        AuditEvents.Actor.of(caller),
        "audit.route." + what,
        new AuditEvents.Target(route.guid(), "route", route.host()),
        route.spaceGuid(),
        Map.of());
  }

  private static void auditApp(
      Handle db, Caller caller, String what, AppRoute route, String appGuid) {
    String name =
        db.createQuery("select name from apps where guid = :guid")
            .bind("guid", appGuid)
            .mapTo(String.class)
            .findOne()
            .orElse("");
    AuditEvents.recordInSpace(
        db,
        AuditEvents.Actor.of(caller),
        "audit.app." + what,
        new AuditEvents.Target(appGuid, "app", name),
        route.spaceGuid(),
        Map.of("route_guid", route.guid(), "route_url", route.url()));
  }
}
