package bellows.cloudcontroller.processes;

import bellows.base.lifecycle.Component;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.audit.AuditEvents.Actor;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DropletExited;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Writes crashes into the history and the log of their app; one controller does for each crash. */
public final class CrashEvents implements Component {
  private static final String GROUP = "crash_event_registration";
  private static final String CRASHED = "CRASHED";

  private final Database database;
  private final MessageBus bus;
  private final AppStore apps;
  private final ProcessStore processes;
  private final AppLog appLog;
  private MessageBus.@Nullable Subscription exits;

  public CrashEvents(
      Database database, MessageBus bus, AppStore apps, ProcessStore processes, AppLog appLog) {
    this.database = database;
    this.bus = bus;
    this.apps = apps;
    this.processes = processes;
    this.appLog = appLog;
  }

  @Override
  public synchronized void start() {
    if (exits == null) {
      exits =
          bus.subscribe(
              Subjects.DROPLET_EXITED, GROUP, message -> message.message().ifPresent(this::onExit));
    }
  }

  @Override
  public synchronized void close() {
    if (exits != null) {
      exits.close();
      exits = null;
    }
  }

  private void onExit(DropletExited exit) {
    if (exit.reason().equals(CRASHED)) {
      database.useTransaction(
          db -> apps.find(db, exit.droplet().value()).ifPresent(app -> record(db, app, exit)));
    }
  }

  private void record(Handle db, App app, DropletExited exit) {
    Optional<AppProcess> process =
        processes.of(db, app.guid()).stream()
            .filter(each -> each.version().equals(exit.version().value()))
            .findFirst();
    String type = process.map(AppProcess::type).orElse(AppProcess.WEB);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("instance", exit.instance().value());
    data.put("index", exit.index());
    data.put("reason", exit.reason());
    data.put("exit_status", exit.exitStatus());
    data.put("exit_description", exit.exitDescription());
    data.put("process_type", type);
    Actor actor = Actor.process(process.map(AppProcess::guid).orElse(app.guid()), type);
    AppEvents.record(db, actor, app, "app.crash", data);
    AppEvents.record(db, actor, app, "audit.app.process.crash", data);
    db.afterCommit(() ->
        appLog.apiError(
            app.id(),
            "Process \"%s\" instance %d crashed: %s"
                .formatted(type, exit.index(), exit.exitDescription())));
  }
}
