package bellows.cloudcontroller.environment;

import bellows.base.json.Json;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.routing.UriOptions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Reads what an environment is made of. */
public final class EnvironmentStore {
  private record Routed(String uri, UriOptions options) {}

  private final EnvironmentSeal seal;

  public EnvironmentStore(EnvironmentSeal seal) {
    this.seal = seal;
  }

  /** Variables that an administrator set for every running, or every staging, app. */
  public Map<String, String> group(Handle db, String name) {
    return db.createQuery("select var_secret from environment_groups where name = :name")
        .bind("name", name)
        .map((row, _) -> seal.open(row.getBytes("var_secret")))
        .findOne()
        .orElseGet(HashMap::new);
  }

  /** Space, org and routes of the app; empty when it is gone. */
  public Optional<AppFacts> facts(Handle db, String appGuid) {
    Set<String> uris = new LinkedHashSet<>();
    urisByProcessType(db, List.of(appGuid))
        .getOrDefault(appGuid, Map.of())
        .values()
        .forEach(of -> uris.addAll(of.uris()));
    return db.createQuery(
            """
            select a.guid, a.name, s.guid as space_guid, s.name as space_name,
                   o.guid as organization_guid, o.name as organization_name
            from apps a
              join spaces s on s.guid = a.space_guid
              join organizations o on o.guid = s.organization_guid
            where a.guid = :app\
            """)
        .bind("app", appGuid)
        .map((row, _) ->
            new AppFacts(
                row.getString("guid"),
                row.getString("name"),
                row.getString("space_guid"),
                row.getString("space_name"),
                row.getString("organization_guid"),
                row.getString("organization_name"),
                List.copyOf(uris)))
        .findOne();
  }

  /** The routes of apps: by app guid, then by process type, oldest first; see RouteUris. */
  public Map<String, Map<String, RoutedUris>> urisByProcessType(
      Handle db, Collection<String> appGuids) {
    Map<String, Map<String, List<Routed>>> rows = new HashMap<>();
    db.createQuery(
            """
            select rd.app_guid, rd.process_type, r.options, si.route_service_url,
                   case when r.host = '' then d.name else r.host || '.' || d.name end || r.path
                     || coalesce(':' || r.port, '') as uri
            from route_destinations rd
              join routes r on r.guid = rd.route_guid
              join domains d on d.guid = r.domain_guid
              left join service_route_bindings b on b.route_guid = r.guid
              left join service_instances si on si.guid = b.instance_guid
            where rd.app_guid = any(:apps)
            order by rd.created_at, rd.guid\
            """)
        .bind("apps", appGuids.toArray(String[]::new))
        .map((row, _) ->
            rows.computeIfAbsent(row.getString("app_guid"), _ -> new HashMap<>())
                .computeIfAbsent(row.getString("process_type"), _ -> new ArrayList<>())
                .add(routed(row)))
        .list();
    Map<String, Map<String, RoutedUris>> uris = new HashMap<>();
    rows.forEach((app, byType) -> {
      Map<String, RoutedUris> ofApp = new HashMap<>();
      byType.forEach((type, routed) -> ofApp.put(type, together(routed)));
      uris.put(app, ofApp);
    });
    return uris;
  }

  private static RoutedUris together(List<Routed> routed) {
    Map<String, UriOptions> options = new HashMap<>();
    for (Routed one : routed) {
      if (!one.options().equals(UriOptions.NONE)) {
        options.put(one.uri(), one.options());
      }
    }
    return new RoutedUris(routed.stream().map(Routed::uri).toList(), options);
  }

  private static Routed routed(ResultSet row) throws SQLException {
    String options = row.getString("options");
    return new Routed(
        row.getString("uri"),
        new UriOptions(
            options == null ? null : Json.read(options, RouterRegister.Options.class),
            row.getString("route_service_url")));
  }
}
