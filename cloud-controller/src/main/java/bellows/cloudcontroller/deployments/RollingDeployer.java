package bellows.cloudcontroller.deployments;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.deployments.Deployment.Reason;
import bellows.cloudcontroller.droplets.DropletStore;
import bellows.cloudcontroller.placements.RunningInstances;
import bellows.cmdb.Database;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every active deployment one step further, again and again. All it knows is in the rows, so
 * a restart of the process goes on where the last step ended.
 */
final class RollingDeployer implements Component {
  private static final Logger log = LoggerFactory.getLogger(RollingDeployer.class);

  private static final Duration STEP = Duration.ofSeconds(1);

  /** For what another controller has begun and left. */
  private static final Duration PERIOD = Duration.ofSeconds(10);

  /** What a start takes beside its health check: the droplet's way, the container. */
  private static final long START_SECONDS = 60;

  private static final int DEFAULT_CHECK_SECONDS = 60;

  /** A DEA starts a crashed instance again at once, three times; then it stays crashed a while. */
  private static final double CRASHED_FOR_GOOD_SECONDS = 5;

  private final Database database;
  private final Scheduler scheduler;
  private final DeploymentStore deployments;
  private final AppStore apps;
  private final ProcessStore processes;
  private final DropletStore droplets;
  private final AppLifecycle lifecycle;
  private final RunningInstances running;
  private final AppLog appLog;
  private final Rounds rounds;

  RollingDeployer(
      Database database,
      Scheduler scheduler,
      DeploymentStore deployments,
      AppStore apps,
      ProcessStore processes,
      DropletStore droplets,
      AppLifecycle lifecycle,
      RunningInstances running,
      AppLog appLog) {
    this.database = database;
    this.scheduler = scheduler;
    this.deployments = deployments;
    this.apps = apps;
    this.processes = processes;
    this.droplets = droplets;
    this.lifecycle = lifecycle;
    this.running = running;
    this.appLog = appLog;
    this.rounds = new Rounds("deployments", PERIOD, scheduler, this::stepAll);
  }

  @Override
  public void start() {
    rounds.start();
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** Something changed: look now. */
  void changed() {
    rounds.signal();
  }

  private void stepAll() {
    List<Deployment> active = database.inTransaction(deployments::active);
    if (!active.isEmpty()) {
      Scheduler.Timer _ = scheduler.after(STEP, rounds::signal);
    }
    for (Deployment deployment : active) {
      try {
        step(deployment);
      } catch (RuntimeException e) {
        log.atError()
            .addKeyValue("deployment", deployment.guid())
            .setCause(e)
            .log("deployment.step_failed");
      }
    }
  }

  private void step(Deployment seen) {
    // Asked before the rows are locked: the answer may take a second.
    int expected =
        database.inTransaction(
            db -> processes.of(db, seen.app()).stream().mapToInt(AppProcess::instances).sum());
    Optional<App> app = database.inTransaction(db -> apps.find(db, seen.app()));
    if (app.isEmpty()) {
      return;
    }
    List<FoundInstance> found = running.find(app.get().id(), expected);
    database.useTransaction(db -> {
      // The app before the deployment, as everyone locks them in this order.
      Optional<App> locked = apps.findForUpdate(db, seen.app());
      Optional<Deployment> deployment = deployments.findForUpdate(db, seen.guid());
      if (locked.isPresent() && deployment.filter(each -> each.reason().active()).isPresent()) {
        step(db, locked.get(), deployment.get(), found);
      }
    });
  }

  private void step(Handle db, App app, Deployment deployment, List<FoundInstance> found) {
    List<AppProcess> web =
        processes.of(db, app.guid()).stream()
            .filter(process -> process.type().equals(AppProcess.WEB))
            .toList();
    Optional<AppProcess> grown =
        web.stream().filter(process -> process.guid().equals(deployment.newProcess())).findFirst();
    List<AppProcess> old =
        web.stream().filter(process -> !process.guid().equals(deployment.newProcess())).toList();
    if (grown.isEmpty() || old.isEmpty()) {
      // Someone else ended it, perhaps in SQL: there is nothing left to do.
      deployments.setReason(db, deployment.guid(), Reason.DEPLOYED, null);
      return;
    }
    if (deployment.reason() == Reason.CANCELING) {
      cancel(db, app, deployment, grown.get(), old, found);
      return;
    }
    if (!app.started()) {
      rollBack(db, app, deployment, old, "the app was stopped");
      return;
    }
    RollingStep step =
        RollingStep.next(
            new RollingStep.Situation(
                deployment.instances(),
                deployment.maxInFlight(),
                grown.get().instances(),
                running(grown.get(), found),
                old.stream().map(AppProcess::instances).toList(),
                failure(deployment, grown.get(), found)));
    switch (step) {
      case RollingStep.Wait() -> {}
      case RollingStep.Resize(int newInstances, List<Integer> oldInstances) -> {
        processes.setInstances(db, grown.get().guid(), newInstances);
        for (int i = 0; i < old.size(); i++) {
          processes.setInstances(db, old.get(i).guid(), oldInstances.get(i));
        }
        deployments.touch(db, deployment.guid());
        lifecycle.changedAfterCommit(db);
      }
      case RollingStep.Finish() -> finish(db, app, deployment, grown.get(), old);
      case RollingStep.RollBack(String why) -> rollBack(db, app, deployment, old, why);
    }
  }

  private void finish(
      Handle db, App app, Deployment deployment, AppProcess grown, List<AppProcess> old) {
    String droplet = String.valueOf(grown.droplet());
    old.forEach(process -> processes.delete(db, process.guid()));
    processes.settle(db, grown.guid());
    droplets
        .find(db, droplet)
        .ifPresent(found -> processes.adopt(db, app.guid(), found.processTypes()));
    for (AppProcess process : processes.of(db, app.guid())) {
      if (!process.guid().equals(grown.guid())) {
        processes.renewOne(db, process.guid(), droplet);
      }
    }
    deployments.touch(db, deployment.guid());
    deployments.setReason(db, deployment.guid(), Reason.DEPLOYED, null);
    lifecycle.changedAfterCommit(db);
    db.afterCommit(
        () -> appLog.api(app.id(), "Deployment finished: every instance runs the new droplet"));
  }

  /** First the old instances come back, then the new ones go. */
  private void rollBack(
      Handle db, App app, Deployment deployment, List<AppProcess> old, String why) {
    restore(db, app, deployment, old);
    deployments.setReason(db, deployment.guid(), Reason.CANCELING, why);
    lifecycle.changedAfterCommit(db);
    db.afterCommit(() -> appLog.apiError(app.id(), "Deployment is rolled back: " + why));
    log.atWarn()
        .addKeyValue("deployment", deployment.guid())
        .addKeyValue("app", app.guid())
        .addKeyValue("reason", why)
        .log("deployment.rolled_back");
  }

  private void restore(Handle db, App app, Deployment deployment, List<AppProcess> old) {
    int others = old.stream().skip(1).mapToInt(AppProcess::instances).sum();
    processes.setInstances(db, old.getFirst().guid(), Math.max(0, deployment.instances() - others));
    apps.setDroplet(db, app.guid(), deployment.previousDroplet());
  }

  private void cancel(
      Handle db,
      App app,
      Deployment deployment,
      AppProcess grown,
      List<AppProcess> old,
      List<FoundInstance> found) {
    int total = old.stream().mapToInt(AppProcess::instances).sum();
    if (total < deployment.instances()) {
      restore(db, app, deployment, old); // asked for by a person
      lifecycle.changedAfterCommit(db);
      return;
    }
    int back = old.stream().mapToInt(process -> running(process, found)).sum();
    if (back >= total || !app.started() || deployment.idleSeconds() > START_SECONDS) {
      processes.delete(db, grown.guid());
      apps.setDroplet(db, app.guid(), deployment.previousDroplet());
      deployments.setReason(db, deployment.guid(), Reason.CANCELED, null);
      lifecycle.changedAfterCommit(db);
    }
  }

  private static int running(AppProcess process, List<FoundInstance> found) {
    return (int)
        found.stream()
            .filter(instance -> instance.version().value().equals(process.version()))
            .filter(instance -> instance.state() == InstanceState.RUNNING)
            .map(FoundInstance::index)
            .distinct()
            .count();
  }

  /** Why the new instances cannot come up; empty while they still may. */
  private String failure(Deployment deployment, AppProcess grown, List<FoundInstance> found) {
    double now = scheduler.now().toEpochMilli() / 1000.0;
    for (FoundInstance instance : found) {
      if (instance.version().value().equals(grown.version())
          && instance.state() == InstanceState.CRASHED
          && now - instance.stateTimestamp() > CRASHED_FOR_GOOD_SECONDS) {
        return "instance %d of the new droplet crashed: %s"
            .formatted(
                instance.index(),
                instance.details() == null ? "no reason is known" : instance.details());
      }
    }
    Integer own = grown.healthCheck().timeoutSeconds();
    long limit = START_SECONDS + (own == null ? DEFAULT_CHECK_SECONDS : own);
    return deployment.idleSeconds() > limit
        ? "no instance of the new droplet came up within %d s".formatted(limit)
        : "";
  }
}
