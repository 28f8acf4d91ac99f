package bellows.cloudcontroller.builds;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.audit.AuditEvents.Actor;
import bellows.cloudcontroller.droplets.DropletStore;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.staging.StagingReply;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns ended staging tasks into droplets and failed builds. The task leaves the queue in the same
 * transaction, so each build ends once, whoever dies in between.
 */
final class StagingHarvest implements Component {
  private static final Logger log = LoggerFactory.getLogger(StagingHarvest.class);

  /** For hints that were lost; each look costs a quiet platform a transaction. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private static final int AT_ONCE = 50;

  private final Database database;
  private final MessageBus bus;
  private final BuildStore builds;
  private final DropletStore droplets;
  private final AppStore apps;
  private final BuildEnds ends;
  private final Rounds rounds;
  private MessageBus.@Nullable Subscription hints;

  StagingHarvest(
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      BuildStore builds,
      DropletStore droplets,
      AppStore apps,
      BuildEnds ends) {
    this.database = database;
    this.bus = bus;
    this.builds = builds;
    this.droplets = droplets;
    this.apps = apps;
    this.ends = ends;
    this.rounds = new Rounds("staging harvest", PERIOD, scheduler, this::harvest);
  }

  @Override
  public synchronized void start() {
    if (hints == null) {
      hints = bus.subscribe(Subjects.STAGING_ENDED, _ -> rounds.signal());
      bus.onReconnect(rounds::signal);
      rounds.start();
    }
  }

  @Override
  public synchronized void close() {
    if (hints != null) {
      hints.close();
      hints = null;
    }
    rounds.close();
  }

  private void harvest() {
    int ended =
        database.inTransaction(db -> {
          List<BuildStore.Ended> all = builds.takeEnded(db, AT_ONCE);
          for (BuildStore.Ended each : all) {
            builds.find(db, each.build()).ifPresent(build -> end(db, build, each));
          }
          return all.size();
        });
    if (ended > 0) {
      ends.tell();
    }
    if (ended == AT_ONCE) {
      rounds.signal();
    }
  }

  private void end(Handle db, Build build, BuildStore.Ended ended) {
    StagingReply reply = ended.reply();
    String error = error(reply);
    if (error == null) {
      droplets.insertStaged(
          db,
          ended.droplet(),
          build.app(),
          build.appPackage(),
          build.stack(),
          processTypes(reply),
          reply);
      builds.staged(db, build.guid(), ended.droplet());
    } else {
      builds.failed(db, build.guid(), error);
    }
    apps.find(db, build.app())
        .ifPresent(app ->
            AppEvents.record(
                db,
                new Actor(build.createdBy().guid(), "user", build.createdBy().name()),
                app,
                error == null ? "audit.app.build.staged" : "audit.app.build.failed",
                Map.of("build_guid", build.guid(), "package_guid", build.appPackage())));
    log.atInfo()
        .addKeyValue("build", build.guid())
        .addKeyValue("app", build.app())
        .addKeyValue("error", error)
        .log("build.ended");
  }

  /** {@code <ErrorName> - <message>}; null when it went well. */
  static @Nullable String error(StagingReply reply) {
    StagingReply.ErrorInfo info = reply.errorInfo();
    if (info != null) {
      return info.type() + " - " + info.message();
    }
    if (reply.error() != null) {
      return "StagingError - " + reply.error();
    }
    return reply.dropletSha1() == null ? "StagingError - the stager gave no droplet" : null;
  }

  /** The Procfile's types; web is what the buildpack found when the Procfile names none. */
  static Map<String, String> processTypes(StagingReply reply) {
    Map<String, String> types = new LinkedHashMap<>();
    if (reply.detectedStartCommand() != null && !reply.detectedStartCommand().isEmpty()) {
      types.put("web", reply.detectedStartCommand());
    }
    if (reply.procfile() != null) {
      types.putAll(reply.procfile());
    }
    return types;
  }
}
