package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.environment.AppFacts;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.contracts.dea.StartInstance.HealthCheck;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.routing.RoutedUris;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Collects what the start messages of placements need, in two queries for any number of them. */
final class StartFactsStore {
  private final EnvironmentSeal seal;
  private final EnvironmentStore environments;

  private final SleepPolicy sleep;

  /**
   * @param sleep for what nobody says anything about
   */
  StartFactsStore(EnvironmentSeal seal, SleepPolicy sleep) {
    this.seal = seal;
    this.sleep = sleep;
    this.environments = new EnvironmentStore(seal);
  }

  /** See {@link EnvironmentStore#group}. */
  Map<String, String> runningGroup(Handle db) {
    return environments.group(db, "running");
  }

  /** Placements whose rows are gone by now are left out. */
  List<StartFacts> facts(Handle db, Collection<Placement> placements) {
    Map<String, Placement> byId = new HashMap<>();
    placements.forEach(placement -> byId.put(placement.id().value(), placement));
    Map<String, Map<String, RoutedUris>> uris =
        environments.urisByProcessType(
            db, placements.stream().map(placement -> placement.app().value()).distinct().toList());
    return db.createQuery(
            """
            select pl.id, pl.droplet_guid, d.sha1, coalesce(d.stack, a.stack) as stack,
                   a.guid as app_guid, a.name, a.environment_secret,
                   s.guid as space_guid, s.name as space_name,
                   o.guid as organization_guid, o.name as organization_name,
                   p.type, coalesce(p.command, p.detected_command) as command,
                   p.log_rate_bytes_per_second, p.health_check_type, p.health_check_endpoint,
                   p.health_check_timeout, p.health_check_invocation_timeout,
                   p.health_check_interval, p.labels, p.annotations,
                   a.labels as app_labels, a.annotations as app_annotations
            from placements pl
              join processes p on p.guid = pl.process_guid
              join apps a on a.guid = p.app_guid
              join spaces s on s.guid = a.space_guid
              join organizations o on o.guid = s.organization_guid
              join droplets d on d.guid = pl.droplet_guid
            where pl.id = any(:ids)\
            """)
        .bind("ids", byId.keySet().toArray(String[]::new))
        .map((row, _) -> {
          Placement placement = byId.get(row.getString("id"));
          if (placement == null) {
            throw new IllegalStateException("a placement that was not asked for");
          }
          return facts(row, placement, uris);
        })
        .list();
  }

  private StartFacts facts(
      ResultSet row, Placement placement, Map<String, Map<String, RoutedUris>> uris)
      throws SQLException {
    String type = row.getString("type");
    String app = row.getString("app_guid");
    RoutedUris routed = uris.getOrDefault(app, Map.of()).getOrDefault(type, RoutedUris.NONE);
    return new StartFacts(
        placement,
        new AppFacts(
            app,
            row.getString("name"),
            row.getString("space_guid"),
            row.getString("space_name"),
            row.getString("organization_guid"),
            row.getString("organization_name"),
            routed.uris()),
        routed.options(),
        row.getString("droplet_guid"),
        row.getString("sha1"),
        row.getString("stack"),
        type,
        seal.open(row.getBytes("environment_secret")),
        row.getString("command"),
        row.getLong("log_rate_bytes_per_second"),
        integer(row, "health_check_timeout"),
        new HealthCheck(
            row.getString("health_check_type"),
            row.getString("health_check_endpoint"),
            integer(row, "health_check_invocation_timeout"),
            integer(row, "health_check_interval")),
        sleep(row));
  }

  /**
   * What the placements of these apps should know about their sleep, in one query without secrets.
   *
   * @param all true means every app, whatever {@code apps} says
   */
  Map<PlacementId, Sleep> sleep(Handle db, boolean all, Collection<String> apps) {
    Map<PlacementId, Sleep> sleep = new HashMap<>();
    db.createQuery(
            """
            select pl.id, p.health_check_type, p.labels, p.annotations,
                   a.labels as app_labels, a.annotations as app_annotations,
                   exists (select 1 from route_destinations rd
                     where rd.app_guid = p.app_guid and rd.process_type = p.type) as routed,
                   exists (select 1 from route_destinations rd join routes r on r.guid = rd.route_guid
                     where rd.app_guid = p.app_guid and rd.process_type = p.type
                       and r.port is not null) as tcp
            from placements pl
              join processes p on p.guid = pl.process_guid
              join apps a on a.guid = p.app_guid
            where :all or p.app_guid = any(:apps)\
            """)
        .bind("all", all)
        .bind("apps", apps.toArray(String[]::new))
        .map((row, _) ->
            Map.entry(
                new PlacementId(row.getString("id")),
                sleep(row)
                    .message(
                        row.getBoolean("routed"),
                        row.getBoolean("tcp"),
                        row.getString("health_check_type"),
                        false)))
        .forEach(entry -> sleep.put(entry.getKey(), entry.getValue()));
    return sleep;
  }

  private SleepPolicy sleep(ResultSet row) throws SQLException {
    return SleepPolicy.of(
        sleep, Metadata.of(row, "app_labels", "app_annotations"), Metadata.of(row));
  }

  private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Integer.class);
  }
}
