package bellows.cloudcontroller.droplets;

import bellows.base.ids.Ids;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Relationship;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.packages.AppPackage;
import bellows.cloudcontroller.packages.PackageStore;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/droplets}, and which of them an app runs. */
public final class DropletsFeature implements Feature {
  private static final String KIND = "Droplet";
  private static final String DELETE = "droplet.delete";
  private static final String BLOBS = "droplets";

  private final Endpoints endpoints;
  private final Database database;
  private final Blobstore blobs;
  private final DropletStore droplets;
  private final PackageStore packages;
  private final AppAccess access;
  private final CurrentDroplet current;
  private final Jobs jobs;

  public DropletsFeature(
      Endpoints endpoints,
      Database database,
      Blobstore blobs,
      DropletStore droplets,
      PackageStore packages,
      AppStore apps,
      CurrentDroplet current,
      Jobs jobs) {
    this.endpoints = endpoints;
    this.database = database;
    this.blobs = blobs;
    this.droplets = droplets;
    this.packages = packages;
    this.access = new AppAccess(apps);
    this.current = current;
    this.jobs = jobs;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/droplets", this::list),
        endpoints.post("/v3/droplets", this::copy),
        endpoints.get("/v3/apps/:guid/droplets", this::listOfApp),
        endpoints.get("/v3/packages/:guid/droplets", this::listOfPackage),
        endpoints.get("/v3/apps/:guid/droplets/current", this::showCurrent),
        endpoints.get("/v3/apps/:guid/relationships/current_droplet", this::showRelationship),
        endpoints.patch("/v3/apps/:guid/relationships/current_droplet", this::assign),
        endpoints.get("/v3/droplets/:guid", this::show),
        endpoints.patch("/v3/droplets/:guid", this::update),
        endpoints.delete("/v3/droplets/:guid", this::delete),
        endpoints.get("/v3/droplets/:guid/download", this::download));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.on(this::remove));
  }

  private Reply list(Call call) {
    return list(call, _ -> new Scope(Optional.empty(), Optional.empty()));
  }

  private Reply listOfApp(Call call) {
    return list(
        call,
        db ->
            new Scope(
                Optional.of(access.readable(db, call.caller(), call.guid()).guid()),
                Optional.empty()));
  }

  private Reply listOfPackage(Call call) {
    return list(
        call,
        db -> {
          AppPackage found =
              packages.find(db, call.guid()).orElseThrow(() -> Permissions.notFound("Package"));
          Permissions.requireReadableSpace(db, call.caller(), found.space(), "Package");
          return new Scope(Optional.empty(), Optional.of(found.guid()));
        });
  }

  /** What a list is about. */
  private record Scope(Optional<String> app, Optional<String> appPackage) {}

  private Reply list(Call call, Function<Handle, Scope> readableScope) {
    ListQuery query = call.list(DropletStore.LIST);
    Page<Droplet> page =
        call.inTransaction(db -> {
          Scope scope = readableScope.apply(db);
          return droplets.page(db, query, call.caller(), scope.app(), scope.appPackage());
        });
    return call.page(query, page, droplet -> droplet.listed(call.links()));
  }

  private Reply show(Call call) {
    Droplet droplet = call.inTransaction(db -> readable(db, call));
    return droplet.body(call.links()).reply(200);
  }

  private Reply showCurrent(Call call) {
    Droplet droplet =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return Optional.ofNullable(app.droplet())
              .flatMap(guid -> droplets.find(db, guid))
              .orElseThrow(() -> Permissions.notFound(KIND));
        });
    return droplet.body(call.links()).reply(200);
  }

  private Reply showRelationship(Call call) {
    App app = call.inTransaction(db -> access.readable(db, call.caller(), call.guid()));
    if (app.droplet() == null) {
      throw Permissions.notFound(KIND);
    }
    return relationship(call, app.guid(), app.droplet());
  }

  private Reply assign(Call call) {
    Fields fields = call.fields();
    Optional<String> guid = fields.data();
    if (guid.isEmpty()) {
      fields.fault("Current droplet cannot be removed. Replace it with a preferred droplet.");
    }
    fields.done();
    Droplet droplet =
        call.inTransaction(db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          Droplet assigned = current.assign(db, app, guid.orElse(""));
          AppEvents.record(
              db,
              call.caller(),
              app,
              "droplet.mapped",
              Map.of("request", Map.of("droplet_guid", assigned.guid())));
          return assigned;
        });
    return relationship(call, droplet.app(), droplet.guid());
  }

  /** {@code ?source_guid=}: what one app runs, for another one, without staging it again. */
  private Reply copy(Call call) {
    Optional<String> from = call.request().queryParam("source_guid");
    Fields fields = call.fields();
    String appGuid = fields.requiredRelationship("app");
    fields.done();
    Droplet source =
        call.inTransaction(db -> {
          Droplet found =
              from.flatMap(guid -> droplets.find(db, guid))
                  .filter(droplet -> Permissions.readsSpace(db, call.caller(), droplet.space()))
                  .orElseThrow(() ->
                      CfError.Kind.UNPROCESSABLE_ENTITY.because(
                          "A droplet is made by a build, or as a copy of the droplet that"
                              + " source_guid names. Ensure it exists and you have access to it."));
          Permissions.requireDeveloper(db, call.caller(), found.space(), KIND);
          access.referred(db, call.caller(), appGuid);
          return found;
        });
    String guid = Ids.uuid();
    // Copied before there is a row: a blob without a row is collected, a row without is a lie.
    if (!blobs.copy(new BlobKey(BLOBS, source.guid()), new BlobKey(BLOBS, guid))) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("The bits of the source droplet are gone");
    }
    Droplet created =
        call.inTransaction(db -> {
          App app = access.referred(db, call.caller(), appGuid);
          droplets.insertCopy(db, guid, app.guid(), source.guid());
          AppEvents.record(db, call.caller(), app, "droplet.create", Map.of("droplet_guid", guid));
          return droplets
              .find(db, guid)
              .orElseThrow(
                  () -> CfError.Kind.UNPROCESSABLE_ENTITY.because("The source droplet is gone"));
        });
    return created.body(call.links()).reply(201);
  }

  private static Reply relationship(Call call, String app, String droplet) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>(Relationship.one(droplet));
    body.put(
        "links",
        Map.of(
            "self",
            call.links().link("/v3/apps/%s/relationships/current_droplet", app),
            "related",
            call.links().link("/v3/apps/%s/droplets/current", app)));
    return Reply.ok(body);
  }

  private Reply update(Call call) {
    Metadata.Change metadata = call.metadata();
    Droplet updated =
        call.inTransaction(db -> {
          Droplet droplet = changeable(db, call);
          droplets.setMetadata(db, droplet.guid(), metadata.on(droplet.metadata()));
          return readable(db, call);
        });
    return updated.body(call.links()).reply(200);
  }

  private Reply download(Call call) {
    Droplet droplet =
        call.inTransaction(db -> {
          Droplet found = readable(db, call);
          Permissions.require(Permissions.readsSecrets(db, call.caller(), found.space()));
          return found;
        });
    return Reply.stream(
            200,
            "application/octet-stream",
            blobs
                .open(new BlobKey(BLOBS, droplet.guid()))
                .orElseThrow(() -> Permissions.notFound("Bits of the droplet")))
        .with("Content-Disposition", "attachment; filename=\"droplet.tgz\"");
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          Droplet droplet = changeable(db, call);
          if (!droplets.unused(db, droplet.guid())) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "The droplet is in use by its app and cannot be deleted");
          }
          return JobOrder.delete(DELETE, droplet.guid());
        });
  }

  private void remove(String guid) {
    boolean removed =
        database.inTransaction(db -> {
          boolean unused = droplets.unused(db, guid);
          if (unused) {
            droplets.delete(db, guid);
          }
          return unused;
        });
    if (removed) {
      blobs.delete(new BlobKey(BLOBS, guid));
    }
  }

  private Droplet readable(Handle db, Call call) {
    Droplet droplet = droplets.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), droplet.space(), KIND);
    return droplet;
  }

  private Droplet changeable(Handle db, Call call) {
    Droplet droplet = readable(db, call);
    Permissions.requireDeveloper(db, call.caller(), droplet.space(), KIND);
    return droplet;
  }
}
