package bellows.cloudcontroller.testing;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.blobstore.Blobstore;
import bellows.blobstore.DirectoryBlobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.InProcessBus;
import bellows.cloudcontroller.CloudController;
import bellows.cloudcontroller.api.TokenVerifier;
import bellows.cloudcontroller.workloads.Workloads;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.http.HttpServer;
import bellows.http.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The whole controller on a socket, with a database of its own and a UAA that is only keys. */
public final class TestController implements AutoCloseable {
  public static final String DOMAIN = "apps.example.com";

  private final TestDatabase database = TestDatabase.create();
  private final SystemScheduler scheduler = new SystemScheduler();
  private final InProcessBus bus = new InProcessBus(scheduler);
  private final TestTokens tokens = new TestTokens();
  private final FakeDirectory directory = new FakeDirectory();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path root;
  private final Blobstore blobs;
  private final HttpServer uaa;
  private final UnaryOperator<CloudController.Config> change;
  private final CloudController controller;
  private final HttpServer server;

  public TestController() {
    this(config -> config);
  }

  /**
   * @param change what is other than by default
   */
  public TestController(UnaryOperator<CloudController.Config> change) {
    this.change = change;
    try {
      root = Files.createTempDirectory("controller-");
      Path java = Files.createDirectories(root.resolve("buildpacks/java/bin"));
      Files.writeString(java.resolve("detect"), "#!/bin/sh\n");
      Files.createDirectories(root.resolve("buildpacks/binary"));
      Files.writeString(root.resolve("buildpacks/binary/detect"), "#!/bin/sh\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bus.start();
    uaa = new HttpServer(new HttpServer.Config("127.0.0.1", 0), List.of(tokens.tokenKeys()));
    uaa.start();
    blobs = new DirectoryBlobstore(root.resolve("blobs"));
    controller = newController();
    controller.start();
    server = new HttpServer(new HttpServer.Config("127.0.0.1", 0), controller.routes());
    server.start();
  }

  private CloudController newController() {
    SignedUrls urls =
        new SignedUrls(
            new SignedUrls.Config(URI.create("http://127.0.0.1"), new byte[32]), blobs, scheduler);
    return CloudController.create(
        change.apply(
            CloudController.Config.of(
                DOMAIN,
                new TokenVerifier.Config(
                    URI.create("http://127.0.0.1:" + uaa.port() + "/token_keys")),
                root.resolve("buildpacks"),
                Workloads.Config.of("http://api." + DOMAIN, root.resolve("uploads")))),
        database.database(),
        blobs,
        urls,
        new SecretBox(new byte[32]),
        bus,
        scheduler,
        directory);
  }

  /** What a controller does at each start, on the same state. */
  public void startAgain() {
    CloudController again = newController();
    again.start();
    again.close();
  }

  public Path buildpacks() {
    return root.resolve("buildpacks");
  }

  /** Where files are while they are taken in. */
  public Path uploads() {
    return root.resolve("uploads");
  }

  public Blobstore blobs() {
    return blobs;
  }

  public Database database() {
    return database.database();
  }

  /** Takes the database away until it is closed. */
  public AutoCloseable databaseAway() {
    return database.occupied();
  }

  /** Whether another transaction waits for what this one has locked. */
  public static boolean holdsUpOthers(Handle db) {
    return db.createQuery(
            """
            select exists (select 1 from pg_locks
              where not granted and pg_backend_pid() = any(pg_blocking_pids(pid)))\
            """)
        .mapTo(Boolean.class)
        .one();
  }

  public TestTokens tokens() {
    return tokens;
  }

  public FakeDirectory directory() {
    return directory;
  }

  public List<Route> routes() {
    return controller.routes();
  }

  public int port() {
    return server.port();
  }

  public ApiClient admin() {
    return as(tokens.admin());
  }

  /** A user that may have been given roles; its guid is the name with {@code -guid}. */
  public ApiClient user(String name) {
    return as(tokens.user(name));
  }

  public ApiClient as(String authorization) {
    return new ApiClient(client, server.port(), authorization);
  }

  public ApiClient anonymous() {
    return new ApiClient(client, server.port(), null);
  }

  /** A fresh org of that name. */
  public String organization(String name) {
    return admin().create("/v3/organizations", "{\"name\":\"" + name + "\"}");
  }

  public String space(String name, String organization) {
    return admin()
        .create(
            "/v3/spaces",
            """
            {"name":"%s","relationships":{"organization":{"data":{"guid":"%s"}}}}\
            """
                .formatted(name, organization));
  }

  public String route(String host, String space) {
    return admin()
        .create(
            "/v3/routes",
            """
            {"host":"%s","relationships":{"space":{"data":{"guid":"%s"}},
             "domain":{"data":{"guid":"%s"}}}}\
            """
                .formatted(host, space, sharedDomain()));
  }

  public String sharedDomain() {
    return admin().get("/v3/domains?names=" + DOMAIN).at("/resources/0/guid");
  }

  /** Gives a user, known to UAA from now on, that role. */
  public String role(String type, String user, String relationship, String guid) {
    if (directory.find(user + "-guid").isEmpty()) {
      directory.add(user + "-guid", user, "uaa");
    }
    return admin()
        .create(
            "/v3/roles",
            """
            {"type":"%s","relationships":{"user":{"data":{"guid":"%s-guid"}},
             "%s":{"data":{"guid":"%s"}}}}\
            """
                .formatted(type, user, relationship, guid));
  }

  /** An app without anything, straight in the table. */
  public String app(String name, String space) {
    String guid = name + "-app-guid";
    database()
        .useTransaction(db ->
            db.createUpdate(
                    """
                    insert into apps (guid, name, space_guid, stack)
                    values (:guid, :name, :space, 'debian')\
                    """)
                .bind("guid", guid)
                .bind("name", name)
                .bind("space", space)
                .execute());
    return guid;
  }

  @Override
  public void close() {
    client.close();
    server.close();
    controller.close();
    bus.close();
    uaa.close();
    scheduler.close();
    database.close();
    Trees.delete(root);
  }
}
