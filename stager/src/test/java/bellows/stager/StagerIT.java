package bellows.stager;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.DirectoryBlobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.InProcessBus;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.dea.StartInstance.Limits;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.testing.FakeDea;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagerIT {
  @TempDir Path directory;
  private final SystemScheduler scheduler = new SystemScheduler();
  private final InProcessBus bus = new InProcessBus(scheduler);
  private final SecretBox box = new SecretBox(Ids.randomBytes(32));
  private final FakeDea host = new FakeDea(bus, scheduler, "host-1", 1024);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private TestDatabase data;
  private Blobstore blobs;
  private Stager stager;

  @BeforeEach
  void start() {
    data = TestDatabase.create();
    blobs = new DirectoryBlobstore(directory);
    bus.start();
    bus.subscribe(
        Subjects.LOGS,
        batch ->
            batch.message().map(LogBatch::lines).orElse(List.of()).stream()
                .map(LogBatch.Line::text)
                .forEach(log::add));
    seed();
    stager = stager("stager-1");
    host.start();
  }

  @AfterEach
  void stop() {
    stager.close();
    host.close();
    bus.close();
    scheduler.close();
    data.close();
  }

  @Test
  void deliversTheDropletWhereItWasWanted() {
    host.stagingBy(this::upload);
    stager.start();
    queue("build-1", 512);
    assertThat(result("build-1").dropletSha1()).isEqualTo("abc");
    assertThat(blobs.size(new BlobKey("droplets", "build-1"))).contains(3L);
    assertThat(blobs.list("droplet-uploads")).isEmpty();
    assertThat(host.staged().getFirst().downloadUri()).startsWith("http://blobs.test/blobs/");
  }

  @Test
  void aDropletThatWasNotUploadedIsAFailure() {
    host.stagingBy(start -> Optional.of(done(start)));
    stager.start();
    queue("build-1", 512);
    assertThat(result("build-1").error()).isEqualTo("the droplet was not uploaded");
  }

  @Test
  void saysThatItWaitsForRoomAndGivesUpInTheEnd() {
    stager.start();
    queue("build-1", 100_000);
    StagingReply.ErrorInfo error = Objects.requireNonNull(result("build-1").errorInfo());
    assertThat(error.type()).isEqualTo("InsufficientResources");
    assertThat(error.message()).contains("100000 MB").contains("1024 MB");
    assertThat(log).anyMatch(line -> line.startsWith("Waiting for a host with 100000 MB"));
  }

  @Test
  void aTaskWhoseStagerDiedIsTakenByAnother() {
    host.stagingBy(this::upload);
    queue("build-1", 512);
    data.database()
        .useTransaction(db ->
            db.execute(
                "update staging_tasks set state = 'CLAIMED', claimed_by = 'dead',"
                    + " claimed_until = now() - interval '1 second'"));
    stager.start();
    assertThat(result("build-1").dropletSha1()).isEqualTo("abc");
  }

  @Test
  void aTaskThatSomeoneWorksOnIsLeftAlone() {
    host.stagingBy(this::upload);
    queue("build-1", 512);
    data.database()
        .useTransaction(db ->
            db.execute(
                "update staging_tasks set state = 'CLAIMED', claimed_by = 'busy',"
                    + " claimed_until = now() + interval '1 minute'"));
    stager.start();
    queue("build-2", 512);
    assertThat(result("build-2").dropletSha1()).isEqualTo("abc");
    assertThat(state("build-1")).isEqualTo("CLAIMED");
  }

  @Test
  void twoStagersDoEachTaskOnce() {
    host.stagingBy(this::upload);
    try (Stager other = stager("stager-2")) {
      stager.start();
      other.start();
      for (int i = 0; i < 10; i++) {
        queue("build-" + i, 64);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(result("build-" + i).error()).isNull();
      }
    }
    assertThat(host.staged()).hasSize(10);
  }

  @Test
  void anUnreadableRequestFailsInsteadOfComingBack() {
    stager.start();
    insert("build-1", new byte[] {1, 2, 3});
    assertThat(result("build-1").error()).contains("cannot be read");
  }

  private Stager stager(String name) {
    Stager.Config config =
        new Stager.Config(
            name,
            4,
            Duration.ofMillis(300),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));
    SignedUrls urls =
        new SignedUrls(
            new SignedUrls.Config(URI.create("http://blobs.test"), Ids.randomBytes(32)),
            blobs,
            scheduler);
    return new Stager(config, data.database(), bus, blobs, urls, box, scheduler);
  }

  /** Puts the droplet where the address points, without HTTP. */
  private Optional<StagingReply> upload(StagingStart start) {
    String path = URI.create(start.uploadUri()).getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    blobs.put(new BlobKey("droplet-uploads", name), new ByteArrayInputStream(new byte[] {1, 2, 3}));
    return Optional.of(done(start));
  }

  private static StagingReply done(StagingStart start) {
    return new StagingReply(
        start.task(), null, "node", null, "abc", "node app.js", null, null, null, "def", 3L, null);
  }

  private void queue(String build, int memoryMb) {
    StagingStart request =
        new StagingStart(
            new AppGuid("app-1"),
            new TaskId("task"),
            "debian",
            new StagingStart.Properties(
                List.of(),
                new Limits(memoryMb, 1024, 1024, null),
                List.of(),
                List.of(),
                Json.object()),
            "packages/p",
            "droplets/" + build,
            "build-caches/app-1",
            "build-caches/app-1",
            List.of(),
            null,
            null,
            memoryMb,
            1024,
            60);
    insert(build, box.seal(Json.bytes(request)));
  }

  private void insert(String build, byte[] request) {
    data.database()
        .useTransaction(db -> {
          db.createUpdate(
                  """
                  insert into builds (guid, app_guid, package_guid, stack, memory_mb, disk_mb,
                    created_by_guid, created_by_name, created_by_email)
                  values (:build, 'app-1', 'p', 'debian', 1, 1, 'u', 'u', 'u')\
                  """)
              .bind("build", build)
              .execute();
          db.createUpdate(
                  """
                  insert into staging_tasks (build_guid, task_id, app_guid, droplet_guid,
                    request_secret)
                  values (:build, 'task', 'app-1', :build, :request)\
                  """)
              .bind("build", build)
              .bind("request", request)
              .execute();
        });
    bus.publish(Subjects.STAGING_QUEUED, Nothing.NOTHING);
  }

  private StagingReply result(String build) {
    Eventually.until(build + " ends", Duration.ofSeconds(30), () -> state(build).equals("DONE"));
    return data.database()
        .inTransaction(db ->
            db.createQuery("select result from staging_tasks where build_guid = :build")
                .bind("build", build)
                .map((row, _) -> Json.read(row.getString("result"), StagingReply.class))
                .one());
  }

  private String state(String build) {
    return data.database()
        .inTransaction(db ->
            db.createQuery("select state from staging_tasks where build_guid = :build")
                .bind("build", build)
                .mapTo(String.class)
                .one());
  }

  private void seed() {
    data.database()
        .useTransaction(db -> {
          db.execute("insert into organization_quotas (guid, name) values ('q', 'q')");
          db.execute("insert into organizations (guid, name, quota_guid) values ('o', 'o', 'q')");
          db.execute("insert into spaces (guid, name, organization_guid) values ('s', 's', 'o')");
          db.execute(
              "insert into apps (guid, name, space_guid, stack)"
                  + " values ('app-1', 'shop', 's', 'debian')");
        });
  }
}
