package bellows.e2e.javaclient;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.Platform;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.cloudfoundry.client.v3.BuildpackData;
import org.cloudfoundry.client.v3.Lifecycle;
import org.cloudfoundry.client.v3.LifecycleType;
import org.cloudfoundry.client.v3.Relationship;
import org.cloudfoundry.client.v3.ToOneRelationship;
import org.cloudfoundry.client.v3.applications.ApplicationRelationships;
import org.cloudfoundry.client.v3.applications.CreateApplicationRequest;
import org.cloudfoundry.client.v3.applications.DeleteApplicationRequest;
import org.cloudfoundry.client.v3.applications.GetApplicationProcessStatisticsRequest;
import org.cloudfoundry.client.v3.applications.SetApplicationCurrentDropletRequest;
import org.cloudfoundry.client.v3.applications.StartApplicationRequest;
import org.cloudfoundry.client.v3.builds.BuildState;
import org.cloudfoundry.client.v3.builds.CreateBuildRequest;
import org.cloudfoundry.client.v3.builds.GetBuildRequest;
import org.cloudfoundry.client.v3.builds.GetBuildResponse;
import org.cloudfoundry.client.v3.organizations.ListOrganizationsRequest;
import org.cloudfoundry.client.v3.packages.CreatePackageRequest;
import org.cloudfoundry.client.v3.packages.PackageRelationships;
import org.cloudfoundry.client.v3.packages.PackageType;
import org.cloudfoundry.client.v3.packages.UploadPackageRequest;
import org.cloudfoundry.client.v3.processes.ProcessState;
import org.cloudfoundry.client.v3.processes.ProcessStatisticsResource;
import org.cloudfoundry.client.v3.routes.ListRoutesRequest;
import org.cloudfoundry.client.v3.routes.RouteOptions;
import org.cloudfoundry.client.v3.serviceinstances.CreateServiceInstanceRequest;
import org.cloudfoundry.client.v3.serviceinstances.DeleteServiceInstanceRequest;
import org.cloudfoundry.client.v3.serviceinstances.ListServiceInstancesRequest;
import org.cloudfoundry.client.v3.serviceinstances.ServiceInstanceRelationships;
import org.cloudfoundry.client.v3.serviceinstances.ServiceInstanceResource;
import org.cloudfoundry.client.v3.serviceinstances.ServiceInstanceType;
import org.cloudfoundry.client.v3.spaces.ListSpacesRequest;
import org.cloudfoundry.reactor.ConnectionContext;
import org.cloudfoundry.reactor.DefaultConnectionContext;
import org.cloudfoundry.reactor.client.ReactorCloudFoundryClient;
import org.cloudfoundry.reactor.tokenprovider.PasswordGrantTokenProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** cf-java-client, unmodified, logs in, pushes and starts an app over the V3 API. */
class JavaClientPushE2E {
  private static final Duration CALL = Duration.ofSeconds(30);

  private static Platform platform;
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    platform = Platform.start("bjavacli", 244);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void pushesWithTheClientOfCloudFoundry() throws Exception {
    URI api = URI.create(platform.api());
    JsonNode admin = Json.tree(Files.readString(platform.data().resolve("admin.json")));
    DefaultConnectionContext connection =
        DefaultConnectionContext.builder()
            .apiHost(api.getHost())
            .port(api.getPort())
            .secure(false)
            .build();
    try {
      push(
          ReactorCloudFoundryClient.builder()
              .connectionContext(connection)
              .tokenProvider(
                  PasswordGrantTokenProvider.builder()
                      .username(admin.path("username").asString())
                      .password(admin.path("password").asString())
                      .build())
              .build(),
          connection);
    } finally {
      connection.dispose();
    }
  }

  private void push(ReactorCloudFoundryClient client, ConnectionContext connection)
      throws IOException {
    assertThat(connection).isNotNull();
    String org =
        client
            .organizationsV3()
            .list(ListOrganizationsRequest.builder().name("main").build())
            .block(CALL)
            .getResources()
            .getFirst()
            .getId();
    String space =
        client
            .spacesV3()
            .list(ListSpacesRequest.builder().organizationId(org).name("dev").build())
            .block(CALL)
            .getResources()
            .getFirst()
            .getId();
    String app =
        client
            .applicationsV3()
            .create(
                CreateApplicationRequest.builder()
                    .name("from-java")
                    .relationships(ApplicationRelationships.builder().space(toOne(space)).build())
                    .lifecycle(
                        Lifecycle.builder()
                            .type(LifecycleType.BUILDPACK)
                            .data(BuildpackData.builder().build())
                            .build())
                    .build())
            .block(CALL)
            .getId();
    String appPackage =
        client
            .packages()
            .create(
                CreatePackageRequest.builder()
                    .type(PackageType.BITS)
                    .relationships(PackageRelationships.builder().application(toOne(app)).build())
                    .build())
            .block(CALL)
            .getId();
    client
        .packages()
        .upload(UploadPackageRequest.builder().packageId(appPackage).bits(zip()).build())
        .block(CALL);
    String build =
        client
            .builds()
            .create(
                CreateBuildRequest.builder()
                    .getPackage(Relationship.builder().id(appPackage).build())
                    .build())
            .block(CALL)
            .getId();
    Eventually.until(
        "the build has ended",
        Duration.ofSeconds(60),
        () -> state(client, build) != BuildState.STAGING);
    GetBuildResponse built =
        client.builds().get(GetBuildRequest.builder().buildId(build).build()).block(CALL);
    assertThat(built.getState()).as(built.getError()).isEqualTo(BuildState.STAGED);
    client
        .applicationsV3()
        .setCurrentDroplet(
            SetApplicationCurrentDropletRequest.builder()
                .applicationId(app)
                .data(Relationship.builder().id(built.getDroplet().getId()).build())
                .build())
        .block(CALL);
    client
        .applicationsV3()
        .start(StartApplicationRequest.builder().applicationId(app).build())
        .block(CALL);
    Eventually.until(
        "the instance runs",
        Duration.ofSeconds(30),
        () ->
            instances(client, app).stream()
                .anyMatch(instance -> instance.getState() == ProcessState.RUNNING));
    understandsSleep(client, app);
    understandsOptionsOfRoutes(client, app);
    providesAService(client, space);
    client
        .applicationsV3()
        .delete(DeleteApplicationRequest.builder().applicationId(app).build())
        .block(CALL);
  }

  /** What is ours in the answer must not disturb a client that has never heard of it. */
  private static void understandsSleep(ReactorCloudFoundryClient client, String app) {
    platform.cli("map-route", "from-java", "bellows.localhost", "--hostname", "from-java").ok();
    platform.cli("sleep", "from-java", "--now").ok();
    Eventually.until(
        "it sleeps",
        Duration.ofSeconds(30),
        () -> platform.cli("placements", "from-java").ok().out().contains("asleep"));
    assertThat(instances(client, app))
        .singleElement()
        .satisfies(instance -> {
          assertThat(instance.getState()).isEqualTo(ProcessState.RUNNING);
          assertThat(instance.getDetails()).startsWith("asleep");
        });
  }

  private static void understandsOptionsOfRoutes(ReactorCloudFoundryClient client, String app) {
    platform
        .cli("update-route", "bellows.localhost", "-n", "from-java", "-o", "rate_limit=9/s")
        .ok();
    assertThat(options(client, app).getLoadbalancing()).isNull();
    platform
        .cli(
            "update-route",
            "bellows.localhost",
            "-n",
            "from-java",
            "-o",
            "loadbalancing=round-robin")
        .ok();
    assertThat(options(client, app).getLoadbalancing()).isEqualTo("round-robin");
  }

  private static RouteOptions options(ReactorCloudFoundryClient client, String app) {
    return client
        .routesV3()
        .list(ListRoutesRequest.builder().applicationId(app).build())
        .block(CALL)
        .getResources()
        .getFirst()
        .getOptions();
  }

  private static void providesAService(ReactorCloudFoundryClient client, String space) {
    ServiceInstanceResource created =
        client
            .serviceInstancesV3()
            .create(
                CreateServiceInstanceRequest.builder()
                    .type(ServiceInstanceType.USER_PROVIDED)
                    .name("guard")
                    .routeServiceUrl("https://guard.example.org")
                    .relationships(
                        ServiceInstanceRelationships.builder().space(toOne(space)).build())
                    .build())
            .block(CALL)
            .getServiceInstance()
            .orElseThrow();
    assertThat(
            client
                .serviceInstancesV3()
                .list(ListServiceInstancesRequest.builder().serviceInstanceName("guard").build())
                .block(CALL)
                .getResources())
        .containsExactly(created);
    client
        .serviceInstancesV3()
        .delete(DeleteServiceInstanceRequest.builder().serviceInstanceId(created.getId()).build())
        .block(CALL);
  }

  private static List<ProcessStatisticsResource> instances(
      ReactorCloudFoundryClient client, String app) {
    return client
        .applicationsV3()
        .getProcessStatistics(
            GetApplicationProcessStatisticsRequest.builder().applicationId(app).type("web").build())
        .block(CALL)
        .getResources();
  }

  private static BuildState state(ReactorCloudFoundryClient client, String build) {
    return client
        .builds()
        .get(GetBuildRequest.builder().buildId(build).build())
        .block(CALL)
        .getState();
  }

  private static ToOneRelationship toOne(String guid) {
    return ToOneRelationship.builder().data(Relationship.builder().id(guid).build()).build();
  }

  private Path zip() throws IOException {
    Path zip = directory.resolve("app.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("index.html"));
      out.write("pushed from Java".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      out.closeEntry();
    }
    return zip;
  }
}
