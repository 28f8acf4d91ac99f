package bellows.cloudcontroller.workloads;

import bellows.bus.MessageBus;
import bellows.cloudcontroller.spaces.SpaceContents;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.staging.StagingStop;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Ends the apps of a space that is deleted; their blobs are left to the collector. */
final class SpaceApps implements SpaceContents {
  private final MessageBus bus;

  SpaceApps(MessageBus bus) {
    this.bus = bus;
  }

  @Override
  public void delete(Handle db, String spaceGuid) {
    List<AppGuid> apps =
        db.createQuery("delete from apps where space_guid = :space returning guid")
            .bind("space", spaceGuid)
            .map((row, _) -> new AppGuid(row.getString("guid")))
            .list();
    db.afterCommit(() -> {
      for (AppGuid app : apps) {
        bus.publish(Subjects.STAGING_STOP, new StagingStop(app));
        bus.publish(Subjects.DEA_STOP, InstanceFilter.all(app));
      }
    });
  }
}
