package bellows.cloudcontroller.placements;

import bellows.bus.MessageBus;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.EnvironmentStore;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Tells the DEAs which routes the running instances of an app have now. */
public final class RouteUpdates {
  private final Database database;
  private final MessageBus bus;
  private final EnvironmentStore environments;

  public RouteUpdates(Database database, MessageBus bus, EnvironmentSeal seal) {
    this.database = database;
    this.bus = bus;
    this.environments = new EnvironmentStore(seal);
  }

  /** To be called after the commit: one message for each process that has instances. */
  public void publish(Collection<String> appGuids) {
    for (UpdateInstances update : database.inTransaction(db -> updates(db, appGuids))) {
      bus.publish(Subjects.DEA_UPDATE, update);
    }
  }

  private List<UpdateInstances> updates(Handle db, Collection<String> appGuids) {
    Map<String, Map<String, List<String>>> uris = environments.urisByProcessType(db, appGuids);
    return db.createQuery(
            """
            select p.app_guid, p.type, p.version from processes p
            where p.app_guid = any(:apps)
              and exists (select 1 from placements pl where pl.process_guid = p.guid)\
            """)
        .bind("apps", appGuids.toArray(String[]::new))
        .map((row, _) ->
            new UpdateInstances(
                new AppGuid(row.getString("app_guid")),
                uris.getOrDefault(row.getString("app_guid"), Map.of())
                    .getOrDefault(row.getString("type"), List.of()),
                new AppVersion(row.getString("version"))))
        .list();
  }
}
