package bellows.cloudcontroller.buildpacks;

import bellows.base.ids.Ids;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.Stored;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Taken;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobOrder;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/buildpacks}. Everyone sees them, only administrators change them. */
public final class Buildpacks implements Feature {
  /** Where the bits are: {@code buildpacks/<guid>}. */
  static final String FOLDER = "buildpacks";

  private static final String DELETE = "buildpack.delete";
  private static final String UPLOAD = "buildpack.upload";
  private static final String KIND = "Buildpack";
  private static final String LIFECYCLE = "buildpack";
  private static final ListSpec LIST =
      ListSpec.of("names", "stacks", "lifecycle")
          .ordered("position")
          .ordered("lifecycle")
          .ordered("name")
          .labelled();

  private final Endpoints endpoints;
  private final Jobs jobs;
  private final Database database;
  private final Blobstore blobs;
  private final Path uploads;
  private final BuildpackStore store = new BuildpackStore();

  /**
   * @param uploads where bits are kept while they are taken in
   */
  public Buildpacks(
      Endpoints endpoints, Jobs jobs, Database database, Blobstore blobs, Path uploads) {
    this.endpoints = endpoints;
    this.jobs = jobs;
    this.database = database;
    this.blobs = blobs;
    this.uploads = uploads;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/buildpacks", this::list),
        endpoints.post("/v3/buildpacks", this::create),
        endpoints.get("/v3/buildpacks/:guid", this::show),
        endpoints.patch("/v3/buildpacks/:guid", this::update),
        endpoints.delete("/v3/buildpacks/:guid", this::delete),
        endpoints.post("/v3/buildpacks/:guid/upload", this::upload));
  }

  @Override
  public Map<String, JobWork> jobs() {
    return Map.of(
        DELETE,
        JobWork.on(this::deleteNow),
        // The bits are whole before the job is promised; clients still want to see it end.
        UPLOAD,
        _ -> {});
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Page<Buildpack> page = call.inTransaction(db -> store.list(db, query));
    return call.page(query, page, buildpack -> buildpack.body(call.links()));
  }

  private Reply show(Call call) {
    return call.inTransaction(db -> find(db, call)).body(call.links()).reply(200);
  }

  private Buildpack find(Handle db, Call call) {
    return store.find(db, call.guid()).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply create(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    String name = fields.requiredText("name", 250);
    Optional<String> stack = fields.nonBlankText("stack", 250);
    int position = fields.integer("position", 1, 10_000).orElse(1);
    boolean enabled = fields.flag("enabled").orElse(true);
    boolean locked = fields.flag("locked").orElse(false);
    String lifecycle = fields.oneOf("lifecycle", List.of(LIFECYCLE)).orElse(LIFECYCLE);
    Metadata.Change metadata = fields.metadata();
    fields.done();
    Buildpack wanted =
        new Buildpack(
            Ids.uuid(),
            Instant.EPOCH,
            Instant.EPOCH,
            name,
            stack.orElse(null),
            lifecycle,
            Integer.MAX_VALUE,
            enabled,
            locked,
            null,
            null,
            metadata.on(Metadata.NONE));
    Buildpack created =
        guarded(
            wanted,
            () ->
                call.inTransaction(db -> {
                  requireStack(db, wanted.stack());
                  store.lockOrder(db);
                  store.insert(db, wanted);
                  store.moveTo(db, wanted.guid(), position);
                  return store.find(db, wanted.guid()).orElseThrow();
                }));
    return created.body(call.links()).reply(201);
  }

  private void requireStack(Handle db, @Nullable String stack) {
    if (stack != null && !store.stackExists(db, stack)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Stack '%s' does not exist", stack);
    }
  }

  private static Buildpack guarded(Buildpack wanted, Supplier<Buildpack> transaction) {
    return Taken.guard(
        "buildpacks_once",
        () ->
            CfError.Kind.BUILDPACK_TAKEN.because(
                "Buildpack with name '%s', stack '%s' and lifecycle '%s' already exists",
                wanted.name(), String.valueOf(wanted.stack()), wanted.lifecycle()),
        transaction);
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    Fields fields = call.fields();
    Optional<String> name = fields.nonBlankText("name", 250);
    boolean stackGiven = fields.has("stack");
    Optional<String> stack = fields.text("stack", 250);
    Optional<Integer> position = fields.integer("position", 1, 10_000);
    Optional<Boolean> enabled = fields.flag("enabled");
    Optional<Boolean> locked = fields.flag("locked");
    Metadata.Change metadata = fields.metadata();
    fields.done();
    Buildpack before = call.inTransaction(db -> find(db, call));
    Buildpack wanted =
        new Buildpack(
            before.guid(),
            before.createdAt(),
            before.updatedAt(),
            name.orElse(before.name()),
            stackGiven ? stack.orElse(null) : before.stack(),
            before.lifecycle(),
            before.position(),
            enabled.orElse(before.enabled()),
            locked.orElse(before.locked()),
            before.filename(),
            before.sha256(),
            metadata.on(before.metadata()));
    Buildpack after =
        guarded(
            wanted,
            () ->
                call.inTransaction(db -> {
                  requireStack(db, wanted.stack());
                  store.lockOrder(db);
                  store.update(db, wanted);
                  position.ifPresent(to -> store.moveTo(db, wanted.guid(), to));
                  return find(db, call);
                }));
    return after.body(call.links()).reply(200);
  }

  private Reply delete(Call call) {
    Permissions.requireAdmin(call.caller());
    return jobs.accept(
        call,
        db -> {
          Buildpack buildpack = find(db, call);
          return JobOrder.delete(DELETE, buildpack.guid());
        });
  }

  private void deleteNow(String guid) {
    database.useTransaction(db -> {
      store.lockOrder(db);
      store.delete(db, guid);
    });
    blobs.delete(new BlobKey(FOLDER, guid));
  }

  private Reply upload(Call call) throws IOException {
    Permissions.requireAdmin(call.caller());
    Buildpack buildpack = call.inTransaction(db -> find(db, call));
    if (buildpack.locked()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Buildpack is locked");
    }
    try (BuildpackBits bits = new BuildpackBits(uploads)) {
      call.request().multipart(bits::take);
      return uploaded(call, buildpack, bits);
    }
  }

  private Reply uploaded(Call call, Buildpack buildpack, BuildpackBits bits) throws IOException {
    Stored stored;
    try (InputStream content = Files.newInputStream(bits.checked())) {
      stored = blobs.put(new BlobKey(FOLDER, buildpack.guid()), content);
    }
    return call.inTransaction(db -> {
      store.setBits(db, buildpack.guid(), bits.filename(), stored.sha256());
      String job =
          jobs.enqueue(
              db,
              call.caller().guid(),
              new JobOrder(
                  UPLOAD, "buildpack", buildpack.guid(), new JobOrder.Target(buildpack.guid())));
      return find(db, call)
          .body(call.links())
          .reply(202)
          .with("Location", call.links().url("/v3/jobs/%s", job));
    });
  }
}
