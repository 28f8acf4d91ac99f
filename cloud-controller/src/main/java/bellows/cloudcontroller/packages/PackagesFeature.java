package bellows.cloudcontroller.packages;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** {@code /v3/packages}. */
public final class PackagesFeature implements Feature {
  private static final String KIND = "Package";
  private static final String DELETE = "package.delete";

  private final Endpoints endpoints;
  private final Database database;
  private final Blobstore blobs;
  private final PackageStore packages;
  private final AppAccess access;
  private final AppStore apps;
  private final PackageUpload upload;
  private final Jobs jobs;

  public PackagesFeature(
      Endpoints endpoints,
      Database database,
      Blobstore blobs,
      PackageStore packages,
      AppStore apps,
      PackageUpload upload,
      Jobs jobs) {
    this.endpoints = endpoints;
    this.database = database;
    this.blobs = blobs;
    this.packages = packages;
    this.apps = apps;
    this.access = new AppAccess(apps);
    this.upload = upload;
    this.jobs = jobs;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/packages", this::list),
        endpoints.get("/v3/apps/:guid/packages", this::listOfApp),
        endpoints.post("/v3/packages", this::create),
        endpoints.get("/v3/packages/:guid", this::show),
        endpoints.patch("/v3/packages/:guid", this::update),
        endpoints.delete("/v3/packages/:guid", this::delete),
        endpoints.post("/v3/packages/:guid/upload", this::uploadBits),
        endpoints.get("/v3/packages/:guid/download", this::download));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(DELETE, JobWork.on(this::remove));
  }

  @Override
  public List<Component> components() {
    return List.of(upload);
  }

  private Reply list(Call call) {
    ListQuery query = call.list(PackageStore.LIST);
    Page<AppPackage> page =
        call.inTransaction(db -> packages.page(db, query, call.caller(), Optional.empty()));
    return call.page(query, page, each -> each.body(call.links()));
  }

  private Reply listOfApp(Call call) {
    ListQuery query = call.list(PackageStore.LIST);
    Page<AppPackage> page =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return packages.page(db, query, call.caller(), Optional.of(app.guid()));
        });
    return call.page(query, page, each -> each.body(call.links()));
  }

  private Reply show(Call call) {
    AppPackage found = call.inTransaction(db -> readable(db, call));
    return found.body(call.links()).reply(200);
  }

  private Reply create(Call call) {
    Optional<String> source = call.request().queryParam("source_guid");
    Fields fields = call.fields();
    Optional<String> type = fields.text("type", 20);
    if (source.isEmpty() && type.filter("bits"::equals).isEmpty()) {
      fields.fault("Type must be 'bits': this platform does not run docker images");
    }
    fields.any("data");
    String appGuid = fields.requiredRelationship("app");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    String guid = Ids.uuid();
    // Copied before there is a row: a blob without a row is collected, a row without is a lie.
    source.ifPresent(from -> copyBits(call, from, guid));
    AppPackage created =
        call.inTransaction(db -> {
          App app = access.referred(db, call.caller(), appGuid);
          packages.insert(db, guid, app.guid(), metadata.on(Metadata.NONE));
          source.ifPresent(from -> packages.readyAs(db, guid, from));
          AppEvents.record(db, call.caller(), app, "package.create", Map.of("package_guid", guid));
          return packages.find(db, guid).orElseThrow();
        });
    return created.body(call.links()).reply(201);
  }

  private void copyBits(Call call, String from, String to) {
    call.useTransaction(db -> {
      AppPackage source =
          packages
              .find(db, from)
              .filter(found -> Permissions.readsSpace(db, call.caller(), found.space()))
              .orElseThrow(() ->
                  CfError.Kind.UNPROCESSABLE_ENTITY.because(
                      "Source package is invalid. Ensure it exists and you have access to"
                          + " it."));
      Permissions.requireDeveloper(db, call.caller(), source.space(), KIND);
      if (source.state() != AppPackage.State.READY) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because("The source package is not READY");
      }
    });
    if (!blobs.copy(new BlobKey("packages", from), new BlobKey("packages", to))) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("The bits of the source package are gone");
    }
  }

  private Reply update(Call call) {
    Metadata.Change metadata = call.metadata();
    AppPackage updated =
        call.inTransaction(db -> {
          AppPackage found = changeable(db, call);
          packages.setMetadata(db, found.guid(), metadata.on(found.metadata()));
          return packages.find(db, found.guid()).orElseThrow();
        });
    return updated.body(call.links()).reply(200);
  }

  private Reply uploadBits(Call call) throws IOException {
    AppPackage target =
        call.inTransaction(db -> {
          AppPackage found = changeable(db, call);
          FeatureFlag.APP_BITS_UPLOAD.require(db, call.caller());
          return found;
        });
    Request request = call.request();
    AppPackage uploaded = upload.upload(request, call.caller(), target);
    call.useTransaction(db ->
        apps.find(db, uploaded.app())
            .ifPresent(app ->
                AppEvents.record(
                    db,
                    call.caller(),
                    app,
                    "package.upload",
                    Map.of("package_guid", uploaded.guid()))));
    return uploaded.body(call.links()).reply(200);
  }

  private Reply download(Call call) {
    AppPackage found =
        call.inTransaction(db -> {
          AppPackage each = readable(db, call);
          Permissions.require(Permissions.readsSecrets(db, call.caller(), each.space()));
          return each;
        });
    if (found.state() != AppPackage.State.READY) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Package has no bits to download.");
    }
    return Reply.stream(
            200,
            "application/zip",
            blobs
                .open(new BlobKey("packages", found.guid()))
                .orElseThrow(() -> Permissions.notFound("Bits of the package")))
        .with("Content-Disposition", "attachment; filename=\"package.zip\"");
  }

  private Reply delete(Call call) {
    return jobs.accept(
        call,
        db -> {
          AppPackage found = changeable(db, call);
          return JobOrder.delete(DELETE, found.guid());
        });
  }

  private void remove(String guid) {
    database.useTransaction(db -> packages.delete(db, guid));
    blobs.delete(new BlobKey("packages", guid));
  }

  private AppPackage readable(Handle db, Call call) {
    AppPackage found = packages.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
    Permissions.requireReadableSpace(db, call.caller(), found.space(), KIND);
    return found;
  }

  private AppPackage changeable(Handle db, Call call) {
    AppPackage found = readable(db, call);
    Permissions.requireDeveloper(db, call.caller(), found.space(), KIND);
    return found;
  }
}
