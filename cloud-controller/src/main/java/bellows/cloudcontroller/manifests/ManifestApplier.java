package bellows.cloudcontroller.manifests;

import bellows.base.ids.Ids;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppLifecycle;
import bellows.cloudcontroller.apps.AppProcess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.apps.EnvironmentFeature;
import bellows.cloudcontroller.apps.LifecycleFields;
import bellows.cloudcontroller.apps.MemoryQuota;
import bellows.cloudcontroller.apps.ProcessStore;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.manifests.ManifestApp.ManifestProcess;
import bellows.cloudcontroller.manifests.ManifestApp.ManifestRoute;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.cloudcontroller.routes.RouteRegistry.Target;
import bellows.cmdb.Database;
import bellows.http.CfError;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes apps what their manifest says: adds and changes, removes nothing that is not mentioned.
 * Each app is one transaction; applied twice it changes nothing.
 */
public final class ManifestApplier {
  private final Database database;
  private final AppStore apps;
  private final ProcessStore processes;
  private final AppLifecycle lifecycle;
  private final LifecycleFields lifecycleFields;
  private final RouteRegistry routes;
  private final EnvironmentSeal seal;

  public ManifestApplier(
      Database database,
      AppStore apps,
      ProcessStore processes,
      AppLifecycle lifecycle,
      RouteRegistry routes,
      EnvironmentSeal seal) {
    this.database = database;
    this.apps = apps;
    this.processes = processes;
    this.lifecycle = lifecycle;
    this.lifecycleFields = new LifecycleFields(apps);
    this.routes = routes;
    this.seal = seal;
  }

  /**
   * Checks all that can be checked at once, and makes the apps that are missing, so that whoever
   * asks for them right after finds them.
   *
   * @throws CfError 422 with every fault
   */
  void prepare(Handle db, Caller caller, String space, List<ManifestApp> manifest) {
    Faults faults = new Faults();
    for (ManifestApp wanted : manifest) {
      String prefix = "For application '%s': ".formatted(wanted.name());
      if (wanted.stack() != null && !apps.stackExists(db, wanted.stack())) {
        faults.add(prefix + "Stack must be an existing stack");
      }
      try {
        lifecycleFields.requireBuildpacks(
            db, wanted.buildpacks() == null ? List.of() : wanted.buildpacks());
      } catch (CfError e) {
        faults.add(prefix + e.detail());
      }
      for (String service : wanted.services()) {
        faults.add(
            "%sService instance '%s' cannot be bound: apps have no service bindings on this platform"
                .formatted(prefix, service));
      }
    }
    faults.throwIfAny();
    for (ManifestApp wanted : manifest) {
      if (apps.byName(db, space, wanted.name()).isEmpty()) {
        createSkeleton(db, caller, space, wanted);
      }
    }
  }

  private void createSkeleton(Handle db, Caller caller, String space, ManifestApp wanted) {
    String guid = Ids.uuid();
    apps.insert(
        db,
        guid,
        wanted.name(),
        space,
        wanted.buildpacks() == null ? List.of() : wanted.buildpacks(),
        wanted.stack() == null ? apps.defaultStack(db) : wanted.stack(),
        seal.seal(Map.of()),
        Metadata.NONE);
    processes.create(db, guid, AppProcess.WEB);
    App created = apps.find(db, guid).orElseThrow();
    AppEvents.record(
        db, caller, created, "create", Map.of("request", Map.of("name", wanted.name())));
  }

  /**
   * @throws CfError whose detail names the app
   */
  void apply(Caller caller, String space, List<ManifestApp> manifest) {
    for (ManifestApp wanted : manifest) {
      try {
        database.useTransaction(db -> {
          Database.actAs(db, caller.actor());
          apply(db, caller, space, wanted);
        });
      } catch (CfError e) {
        throw e.kind().because("For application '%s': %s", wanted.name(), e.detail());
      }
    }
  }

  private void apply(Handle db, Caller caller, String space, ManifestApp wanted) {
    App app =
        apps.byName(db, space, wanted.name())
            .flatMap(found -> apps.findForUpdate(db, found.guid()))
            .orElseThrow(
                () -> CfError.Kind.UNPROCESSABLE_ENTITY.because("The app is not there any more"));
    if (app.deleting()) {
      throw CfError.Kind.RESOURCE_BEING_DELETED.because("The app is being deleted");
    }
    apps.update(
        db,
        app.guid(),
        app.name(),
        wanted.buildpacks() == null ? app.buildpacks() : wanted.buildpacks(),
        wanted.stack() == null ? app.stack() : wanted.stack(),
        new Metadata.Change(wanted.labels(), wanted.annotations()).on(app.metadata()));
    wanted.processes().forEach(process -> applyProcess(db, app, process));
    if (app.started()) {
      MemoryQuota.check(db, app.organization());
    }
    if (!wanted.env().isEmpty()) {
      applyEnvironment(db, app, wanted.env());
    }
    applyFeatures(db, app, wanted.features());
    applyRoutes(db, caller, app, wanted);
    AppEvents.record(db, caller, app, "apply_manifest", Map.of());
    lifecycle.changedAfterCommit(db);
  }

  private void applyProcess(Handle db, App app, ManifestProcess wanted) {
    AppProcess process =
        processes
            .ofType(db, app.guid(), wanted.type())
            .orElseGet(() -> processes.create(db, app.guid(), wanted.type()));
    processes.change(db, process, wanted.change());
    if (!wanted.labels().isEmpty()) {
      Metadata labelled = new Metadata.Change(wanted.labels(), Map.of()).on(process.metadata());
      processes.setMetadata(db, process.guid(), labelled);
    }
  }

  private void applyEnvironment(Handle db, App app, Map<String, @Nullable String> env) {
    Map<String, String> before = seal.open(apps.sealedEnvironment(db, app.guid()));
    apps.setSealedEnvironment(db, app.guid(), seal.seal(EnvironmentFeature.merged(before, env)));
  }

  private void applyFeatures(Handle db, App app, Map<String, Boolean> features) {
    features.forEach((name, enabled) -> {
      if (enabled && !name.equals("ssh") && !name.equals("revisions")) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "The feature '%s' is not supported by this platform", name);
      }
    });
    apps.setFeatures(
        db,
        app.guid(),
        features.getOrDefault("ssh", app.sshEnabled()),
        features.getOrDefault("revisions", app.revisionsEnabled()));
  }

  private void applyRoutes(Handle db, Caller caller, App app, ManifestApp wanted) {
    if (wanted.noRoute()) {
      routes.unmapAll(db, caller, app.guid());
      return;
    }
    List<ManifestRoute> listed = wanted.routes();
    if (listed != null) {
      for (ManifestRoute route : listed) {
        map(db, caller, app, route);
      }
    }
    if ((wanted.randomRoute() || wanted.defaultRoute()) && routes.ofApp(db, app.guid()).isEmpty()) {
      String host =
          wanted.randomRoute()
              ? app.name() + "-" + RandomWords.pair(Ids.randomBytes(4))
              : app.name();
      routes.map(
          db,
          caller,
          routes.ensureDefault(db, caller, app.space(), host),
          List.of(new Target(app.guid(), AppProcess.WEB, null)));
    }
  }

  private void map(Handle db, Caller caller, App app, ManifestRoute route) {
    routes.map(
        db,
        caller,
        routes.ensure(db, caller, app.space(), route.route(), route.options()),
        List.of(new Target(app.guid(), AppProcess.WEB, route.protocol())));
  }
}
