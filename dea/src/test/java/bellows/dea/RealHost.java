package bellows.dea;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.dea.activator.Activator;
import bellows.dea.testing.FileServer;
import bellows.dea.testing.Recorder;
import bellows.warden.machine.LinuxWarden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A DEA with a real warden, its bus and its files; everything goes when it is closed. */
final class RealHost implements AutoCloseable {
  final SystemScheduler scheduler = new SystemScheduler();
  final MessageBus bus = new InProcessBus(scheduler);
  final FileServer files = new FileServer();
  final Recorder recorder;
  final String address;
  private static final int FIRST_ACTIVATOR_PORT = 17_000;
  private static final int WARM_SLOTS = 2;

  /** Callers of one sleeping app at once. */
  static final int WAITERS = 300;

  private final Path directory;
  private final int memoryMb;
  private final LinuxWarden.Config wardenConfig;
  private final AtomicInteger ports = new AtomicInteger(61_001);
  private LinuxWarden warden;
  private Dea dea;

  RealHost() {
    this(20_000);
  }

  /**
   * @param memoryMb promised to instances together
   */
  RealHost(int memoryMb) {
    this.memoryMb = memoryMb;
    int number = ThreadLocalRandom.current().nextInt(256);
    try {
      directory = Files.createTempDirectory("dea-test-");
      Files.setPosixFilePermissions(
          directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    address = "10.252." + number + ".1";
    wardenConfig =
        new LinuxWarden.Config(
                "dt" + number, directory.resolve("warden"), "10.252." + number + ".0/24", address)
            .withActivatorPort(FIRST_ACTIVATOR_PORT + number)
            .withWarmSlots(WARM_SLOTS);
    bus.start();
    recorder = new Recorder(bus);
    warden = new LinuxWarden(wardenConfig);
    dea = makeDea();
    warden.start();
    dea.start();
  }

  private Dea makeDea() {
    DeaConfig config =
        DeaConfig.defaults("host-1", directory.resolve("dea"))
            .at(address, 61_001, 61_999)
            .sized(memoryMb, 20_000)
            .sleeping(
                new DeaConfig.Sleep(
                    new Activator.Config(
                        wardenConfig.activatorPort(),
                        2_000,
                        WAITERS,
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(1)),
                    Duration.ofMillis(300),
                    Duration.ofMillis(50)));
    return new Dea(config, bus, warden, scheduler);
  }

  Dea dea() {
    return dea;
  }

  /** As after a crash of the platform: nothing is ended, a new one takes over. */
  void restartPlatform(Runnable meanwhile) {
    dea.close();
    warden.close();
    meanwhile.run();
    warden = new LinuxWarden(wardenConfig);
    warden.start();
    dea = makeDea();
    dea.start();
  }

  /** The host's end of the containers' network. */
  String bridge() {
    return wardenConfig.name() + "0";
  }

  LinuxWarden warden() {
    return warden;
  }

  int port() {
    return ports.getAndIncrement();
  }

  /** A start message for a droplet of these files. */
  StartInstance message(String name, int port, @Nullable String command, Map<String, String> tree) {
    files.putTarGz("droplets/" + name, tree);
    return new StartInstance(
        new AppGuid("app-" + name),
        0,
        name,
        new AppVersion("v1"),
        "debian",
        "default",
        List.of(name + ".test"),
        files.sha1("droplets/" + name),
        files.address("droplets/" + name),
        new StartInstance.Limits(128, 64, 1024, null),
        List.of(),
        List.of(),
        Map.of("space_name", "dev"),
        command,
        null,
        null,
        new PlacementId("placement-" + name),
        port,
        "process-" + name,
        "web",
        null,
        null);
  }

  void start(StartInstance message) {
    bus.publish(Subjects.deaStart(dea.id()), message);
  }

  void stop(StartInstance message) {
    bus.publish(Subjects.DEA_STOP, InstanceFilter.all(message.droplet()));
  }

  boolean has(InstanceState state) {
    return recorder.instances().stream().anyMatch(i -> i.state() == state);
  }

  /** False also when nobody listens. */
  boolean answers(int port, String body) {
    try {
      return get(port, "/").body().equals(body);
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  HttpResponse<String> get(int port, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + path))
              .timeout(Duration.ofSeconds(5))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stages and waits for the reply that ends it. */
  StagingReply stage(StagingStart message, Duration wait) {
    CompletableFuture<StagingReply> end = new CompletableFuture<>();
    try (var _ =
        bus.requestStream(
            Subjects.stagingStart(dea.id()),
            message,
            StagingReply.class,
            wait,
            reply -> {
              boolean last = reply.error() != null || reply.dropletSha1() != null;
              if (last) {
                end.complete(reply);
              }
              return !last;
            })) {
      return end.orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS).join();
    }
  }

  @Override
  public void close() {
    dea.stopAll(Duration.ofSeconds(20));
    dea.close();
    warden.removeAll();
    warden.close();
    files.close();
    bus.close();
    scheduler.close();
    Trees.delete(directory);
  }
}
