package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.audit.AuditEvents;
import bellows.cloudcontroller.audit.AuditEvents.Actor;
import bellows.cloudcontroller.audit.AuditEvents.Target;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The history of an app: who did what to it. */
public final class AppEvents {
  private AppEvents() {}

  /**
   * @param type what follows {@code audit.app.}
   * @param data must hold no secret
   */
  public static void record(Handle db, Caller caller, App app, String type, Map<String, ?> data) {
    record(db, Actor.of(caller), app, "audit.app." + type, data);
  }

  /** As above for an actor that need not be a person, and with the whole type. */
  public static void record(Handle db, Actor actor, App app, String type, Map<String, ?> data) {
    AuditEvents.record(
        db,
        actor,
        type,
        new Target(app.guid(), "app", app.name()),
        app.space(),
        app.organization(),
        data);
  }
}
