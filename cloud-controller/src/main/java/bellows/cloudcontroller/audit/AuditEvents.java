package bellows.cloudcontroller.audit;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.cloudcontroller.api.Caller;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes down who did what, in the transaction that does it. */
public final class AuditEvents {
  private AuditEvents() {}

  /** Who did it. */
  public record Actor(String guid, String type, String name) {
    public static Actor of(Caller caller) {
      return new Actor(caller.guid(), "user", caller.name());
    }

    /** The platform itself, acting for an app's process. */
    public static Actor process(String guid, String name) {
      return new Actor(guid, "process", name);
    }
  }

  /**
   * To what it was done.
   *
   * @param type for instance {@code app}
   */
  public record Target(String guid, String type, String name) {}

  /**
   * @param type for instance {@code audit.app.create}
   * @param spaceGuid null when the target is in no space
   * @param organizationGuid null when it belongs to no org
   * @param data must hold no secret
   */
  public static void record(
      Handle db,
      Actor actor,
      String type,
      Target target,
      @Nullable String spaceGuid,
      @Nullable String organizationGuid,
      Map<String, ?> data) {
    db.createUpdate(
            """
            insert into audit_events (guid, type, actor_guid, actor_type, actor_name, target_guid,
              target_type, target_name, data, space_guid, organization_guid, created_at)
            values (:guid, :type, :actorGuid, :actorType, :actorName, :targetGuid,
              :targetType, :targetName, cast(:data as jsonb), :space, :organization,
              clock_timestamp())\
            """)
        .bind("guid", Ids.uuid())
        .bind("type", type)
        .bind("actorGuid", actor.guid())
        .bind("actorType", actor.type())
        .bind("actorName", actor.name())
        .bind("targetGuid", target.guid())
        .bind("targetType", target.type())
        .bind("targetName", target.name())
        .bind("data", Json.text(data))
        .bind("space", spaceGuid)
        .bind("organization", organizationGuid)
        .execute();
  }

  /** As {@link #record}, for a target in a space; the org is looked up. */
  public static void recordInSpace(
      Handle db, Actor actor, String type, Target target, String spaceGuid, Map<String, ?> data) {
    String organization =
        db.createQuery("select organization_guid from spaces where guid = :guid")
            .bind("guid", spaceGuid)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    record(db, actor, type, target, spaceGuid, organization, data);
  }
}
