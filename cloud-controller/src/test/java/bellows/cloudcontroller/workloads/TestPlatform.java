package bellows.cloudcontroller.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import bellows.base.lifecycle.Components;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.blobstore.Blobstore;
import bellows.blobstore.DirectoryBlobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.TokenVerifier;
import bellows.cloudcontroller.domains.PlatformNames;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.jobs.JobRunner;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.cloudcontroller.jobs.Jobs;
import bellows.cloudcontroller.routes.RouteRegistry;
import bellows.cloudcontroller.routes.Routes;
import bellows.cloudcontroller.services.RouteBindings;
import bellows.cloudcontroller.services.ServiceInstances;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.contracts.testing.FakeDea;
import bellows.http.CfErrorBodies;
import bellows.http.HttpServer;
import bellows.http.Reply;
import bellows.http.Route;
import bellows.stager.Stager;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The control plane around apps as it really is: database, bus, blobstore, API over HTTP, stager.
 * Only the host is a fake. {@link #restart} kills all objects and makes new ones on the same data.
 */
final class TestPlatform implements AutoCloseable {
  static final String SPACE = "space-1";
  static final String OTHER_SPACE = "space-2";
  static final String DEVELOPER = "user-1";
  static final String STRANGER = "user-2";
  static final String ADMIN = "admin";

  /** Made once, as that takes longer than most tests. */
  private static final RSAKey KEY = key();

  private final TestDatabase data = TestDatabase.create();
  private final SystemScheduler scheduler = new SystemScheduler();
  private final SecretBox box = new SecretBox(Ids.randomBytes(32));
  private final byte[] urlKey = Ids.randomBytes(32);
  private final Path directory;
  private final int port;
  private final InProcessBus bus = new InProcessBus(scheduler);
  private final Blobstore blobs;
  private final List<FakeDea> hosts = new ArrayList<>();
  private HttpClient http = HttpClient.newHttpClient();
  private Components running = new Components(List.of());
  private String caller = DEVELOPER;

  TestPlatform(Path directory) throws IOException {
    this.directory = directory;
    this.blobs = new DirectoryBlobstore(directory.resolve("blobs"));
    try (ServerSocket free = new ServerSocket(0)) {
      this.port = free.getLocalPort();
    }
    seed();
    bus.start();
    run();
  }

  /** An answer with its JSON, which is an empty object when there is no body. */
  record Answer(int status, JsonNode body, HttpResponse<String> response) {
    String text(String pointer) {
      return body.at(pointer).asString();
    }

    String error() {
      return body.at("/errors/0/detail").asString();
    }
  }

  FakeDea host(String name) {
    FakeDea host = new FakeDea(bus, scheduler, name, 4096);
    hosts.add(host);
    host.start();
    return host;
  }

  MessageBus bus() {
    return bus;
  }

  TestDatabase data() {
    return data;
  }

  Blobstore blobs() {
    return blobs;
  }

  /** As when the process is killed and started again: nothing but database and blobs remains. */
  void restart() {
    end();
    http = HttpClient.newHttpClient();
    run();
  }

  /** The client's connections go first, or the server would wait for them to be idle enough. */
  private void end() {
    http.close();
    running.close();
  }

  /** From now on requests come from this user. */
  TestPlatform as(String user) {
    caller = user;
    return this;
  }

  Answer get(String path) {
    return send(request(path).GET());
  }

  Answer delete(String path) {
    return send(request(path).DELETE());
  }

  Answer post(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  Answer yaml(String path, String yaml) {
    return send(
        request(path)
            .header("Content-Type", "application/x-yaml")
            .POST(BodyPublishers.ofString(yaml)));
  }

  Answer patch(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(json)));
  }

  /** A started app with a route and a placement, without the push that leads there. */
  String started(String name) {
    Answer applied =
        job(
            yaml(
                "/v3/spaces/" + SPACE + "/actions/apply_manifest",
                "applications:\n- name: " + name + "\n  memory: 64M\n  default-route: true\n"));
    assertThat(applied.text("/state")).as(applied.body().toString()).isEqualTo("COMPLETE");
    String app = get("/v3/apps?names=" + name).text("/resources/0/guid");
    deploy(app, "droplet-" + name);
    Eventually.until(
        "it runs",
        () ->
            get("/v3/apps/" + app + "/processes/web/stats")
                .text("/resources/0/state")
                .equals("RUNNING"));
    return app;
  }

  /** Makes a droplet and runs it. */
  void deploy(String app, String droplet) {
    data.database()
        .useTransaction(db ->
            db.execute(
                """
                insert into droplets (guid, app_guid, state, sha1, stack, process_types)
                values (?, ?, 'STAGED', '00', 'debian', '{"web": "run"}')
                """,
                droplet,
                app));
    Answer assigned =
        patch(
            "/v3/apps/" + app + "/relationships/current_droplet",
            "{\"data\":{\"guid\":\"" + droplet + "\"}}");
    assertThat(assigned.status()).as(assigned.body().toString()).isEqualTo(200);
    Answer restarted = post("/v3/apps/" + app + "/actions/restart", "{}");
    assertThat(restarted.status()).as(restarted.body().toString()).isEqualTo(200);
  }

  /** A multipart upload; null leaves a part out. */
  Answer upload(String path, byte @Nullable [] bits, @Nullable String resources) {
    return send(
        request(path)
            .header("Content-Type", "multipart/form-data; boundary=frontier")
            .POST(BodyPublishers.ofByteArrays(Multipart.parts(bits, resources))));
  }

  /** Follows the job of an answer to its end. */
  Answer job(Answer accepted) {
    assertThat(accepted.status()).as(accepted.body().toString()).isEqualTo(202);
    String location = accepted.response().headers().firstValue("Location").orElseThrow();
    for (int i = 0; i < 20; i++) {
      Answer job = get(URI.create(location).getPath());
      if (!job.text("/state").equals("PROCESSING")) {
        return job;
      }
    }
    throw new AssertionError("the job does not end: " + location);
  }

  HttpResponse<byte[]> raw(String method, String url, byte[] body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(url))
              .method(method, BodyPublishers.ofByteArray(body))
              .build(),
          BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    hosts.forEach(FakeDea::close);
    end();
    bus.close();
    scheduler.close();
    data.close();
  }

  private void run() {
    URI base = URI.create("http://127.0.0.1:" + port);
    SignedUrls urls = new SignedUrls(new SignedUrls.Config(base, urlKey), blobs, scheduler);
    Endpoints endpoints =
        new Endpoints(
            new TokenVerifier(new TokenVerifier.Config(base.resolve("/token_keys")), scheduler),
            data.database());
    Jobs jobs = new Jobs(endpoints, box, scheduler);
    Workloads workloads =
        new Workloads(
            Workloads.Config.of(base.toString(), directory.resolve("uploads")),
            data.database(),
            bus,
            scheduler,
            blobs,
            urls,
            box);
    RouteRegistry routes =
        new RouteRegistry(new PlatformNames("example.test"), workloads.routeChanges(), null);
    List<Feature> features = new ArrayList<>(workloads.features(endpoints, jobs, routes));
    features.add(jobs::routes);
    features.add(new Routes(endpoints, jobs, data.database(), routes));
    features.add(new ServiceInstances(endpoints, box, routes));
    features.add(new RouteBindings(endpoints, routes));
    List<Route> all = new ArrayList<>(urls.routes());
    all.add(
        Route.get(
            "/token_keys",
            _ -> Reply.text(200, "application/json", new JWKSet(KEY.toPublicJWK()).toString())));
    Map<String, JobWork> works = new HashMap<>();
    List<Component> components = new ArrayList<>();
    for (Feature feature : features) {
      all.addAll(feature.routes());
      works.putAll(feature.jobs());
      components.addAll(feature.components());
    }
    components.add(
        new JobRunner(JobRunner.Config.DEFAULT, data.database(), scheduler, jobs, works));
    components.add(
        new Stager(
            Stager.Config.named("stager-1"), data.database(), bus, blobs, urls, box, scheduler));
    components.add(
        new HttpServer(new HttpServer.Config("127.0.0.1", port), all, new CfErrorBodies()));
    running = new Components(components);
    running.start();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "bearer " + token());
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      String body = response.body();
      boolean json = body.startsWith("{");
      return new Answer(response.statusCode(), json ? Json.tree(body) : Json.object(), response);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static RSAKey key() {
    try {
      return new RSAKeyGenerator(2048).keyID("test").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private String token() {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("test").build(),
              new JWTClaimsSet.Builder()
                  .claim("user_id", caller)
                  .claim("user_name", caller)
                  .claim("email", caller + "@example.test")
                  .claim("origin", "uaa")
                  .claim("client_id", "cf")
                  .claim(
                      "scope",
                      caller.equals(ADMIN)
                          ? List.of("cloud_controller.admin")
                          : List.of("cloud_controller.read", "cloud_controller.write"))
                  .audience(List.of("cloud_controller", "cf"))
                  .subject(caller)
                  .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                  .build());
      token.sign(new RSASSASigner(KEY));
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private void seed() {
    data.database()
        .useTransaction(db -> {
          db.execute(
              "insert into organization_quotas (guid, name, total_memory_mb) values ('q', 'q', 8192)");
          db.execute(
              "insert into organizations (guid, name, quota_guid) values ('org-1', 'one', 'q'), ('org-2', 'two', 'q')");
          db.execute(
              "insert into spaces (guid, name, organization_guid) values ('space-1', 'dev', 'org-1'), ('space-2', 'dev', 'org-2')");
          db.execute(
              "insert into users (guid, username) values ('user-1', 'ada'), ('user-2', 'eve')");
          db.execute(
              "insert into roles (guid, type, user_guid, organization_guid) values ('r1', 'organization_user', 'user-1', 'org-1'), ('r2', 'organization_user', 'user-2', 'org-2')");
          db.execute(
              "insert into roles (guid, type, user_guid, space_guid) values ('r3', 'space_developer', 'user-1', 'space-1'), ('r4', 'space_developer', 'user-2', 'space-2')");
          db.execute("insert into domains (guid, name) values ('d1', 'example.test')");
          db.execute("insert into stacks (guid, name, is_default) values ('s1', 'debian', true)");
        });
  }
}
