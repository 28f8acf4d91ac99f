package bellows.dea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.FoundInstance;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.routing.UriOptions;
import bellows.dea.testing.FakeWarden;
import bellows.dea.testing.FileServer;
import bellows.dea.testing.Recorder;
import bellows.warden.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a DEA does and says, in time that the test owns; only the bus has its own threads. */
class InstanceLifeTest {
  private static final int ACTIVATOR_PORT = 17_900;

  private final ManualScheduler time = new ManualScheduler();
  private final SystemScheduler busTime = new SystemScheduler();
  private final MessageBus bus = new InProcessBus(busTime);
  private final FileServer files = new FileServer();
  private final Path directory;
  private final FakeWarden warden;
  private final Recorder recorder;
  private Dea dea;

  InstanceLifeTest() throws IOException {
    directory = Files.createTempDirectory("dea-life-");
    warden = new FakeWarden(directory.resolve("warden"));
    bus.start();
    recorder = new Recorder(bus);
    files.putTarGz("droplet", Map.of("app/run", "x", "staging_info.yml", "start_command: run\n"));
    dea = startedDea();
  }

  @AfterEach
  void close() {
    dea.close();
    bus.close();
    busTime.close();
    files.close();
    Trees.delete(directory);
  }

  private Dea startedDea() {
    DeaConfig defaults = DeaConfig.defaults("host-1", directory.resolve("dea"));
    DeaConfig config =
        defaults.sized(1000, 10_000).sleeping(defaults.sleep().meetingAt(ACTIVATOR_PORT));
    Dea made = new Dea(config, bus, warden, time, Runnable::run);
    made.start();
    return made;
  }

  private StartInstance message(String version, int memoryMb, @Nullable String checkType) {
    return new StartInstance(
        new AppGuid("app"),
        2,
        "shop",
        new AppVersion(version),
        "debian",
        "default",
        List.of("shop.test"),
        files.sha1("droplet"),
        files.address("droplet"),
        new StartInstance.Limits(memoryMb, 64, 1024, null),
        List.of("A=b"),
        List.of(),
        Map.of(),
        null,
        null,
        null,
        new PlacementId("placement"),
        61_001,
        "process",
        "web",
        checkType == null ? null : new StartInstance.HealthCheck(checkType, null, null, 10),
        null);
  }

  private StartInstance message() {
    return message("v1", 100, null);
  }

  private void start(StartInstance message) {
    bus.publish(Subjects.deaStart(dea.id()), message);
  }

  private void startAndWait(StartInstance message) {
    int before = recorder.lines("CELL").size();
    start(message);
    Eventually.until("started", () -> recorder.lines("CELL").size() >= before + 2);
  }

  private void run(StartInstance message) {
    warden.whenStarted(container -> container.listen(true));
    startAndWait(message);
    Eventually.until(
        "running",
        () -> {
          time.advance(Duration.ofMillis(20));
          return states().equals(List.of(InstanceState.RUNNING));
        });
  }

  private void stop() {
    bus.publish(Subjects.DEA_STOP, InstanceFilter.all(new AppGuid("app")));
  }

  private List<InstanceState> states() {
    return found().stream().map(FoundInstance::state).toList();
  }

  private void becomes(InstanceState state) {
    Eventually.until(state.name(), () -> states().equals(List.of(state)));
  }

  private FoundInstance only() {
    List<FoundInstance> last = new ArrayList<>();
    Eventually.until(
        "one instance",
        () -> {
          last.clear();
          last.addAll(found());
          return last.size() == 1;
        });
    return last.getFirst();
  }

  private List<FoundInstance> found() {
    return bus.request(
        Subjects.DEA_FIND_DROPLET,
        InstanceFilter.all(new AppGuid("app")),
        FoundInstance.class,
        2,
        Duration.ofMillis(100));
  }

  @Test
  void isRegisteredOnceItListensAndNotBefore() {
    startAndWait(message());
    time.advance(Duration.ofSeconds(5));
    becomes(InstanceState.STARTING);
    assertThat(recorder.routes()).isEmpty();

    warden.newest().listen(true);
    time.advance(Duration.ofMillis(300));
    Eventually.until("registered", () -> recorder.routes().equals(List.of("+shop.test")));
    becomes(InstanceState.RUNNING);
    assertThat(warden.newest().spec().environment())
        .containsEntry("A", "b")
        .containsEntry("INSTANCE_INDEX", "2")
        .containsEntry("BELLOWS_START_COMMAND", "run");
  }

  @Test
  void ignoresTheSameStartAgainButReplacesAnotherVersion() {
    run(message());
    InstanceId first = only().instance();
    start(message());
    assertThat(only().instance()).isEqualTo(first);

    start(message("v2", 100, null));
    Eventually.until(
        "replaced",
        advancing(() ->
            found().stream()
                .map(FoundInstance::version)
                .toList()
                .equals(List.of(new AppVersion("v2")))));
    assertThat(warden.containers()).hasSize(1);
  }

  @Test
  void crashesAtOnceWhereThereIsNoRoom() {
    start(message("v1", 1001, null));
    Eventually.until("four tries", () -> recorder.exits().size() == 4);
    assertThat(recorder.exits().getFirst().exitDescription())
        .isEqualTo("Not enough memory resource available.");
    assertThat(only().details()).isEqualTo("Not enough memory resource available.");
  }

  @Test
  void restartsThreeTimesAtOnceThenLaterAndLater() {
    warden.whenStarted(container -> container.exit(1, false));
    start(message());
    Eventually.until("four crashes", () -> recorder.exits().size() == 4);
    assertThat(secondsUntilCrash(5)).isBetween(25, 40);
    assertThat(secondsUntilCrash(6)).isGreaterThan(50);
    assertThat(recorder.exits().stream().map(e -> e.instance()).collect(Collectors.toSet()))
        .hasSize(6);
    assertThat(recorder.exits().getFirst().reason()).isEqualTo("CRASHED");
  }

  // Second by second: the next try may be set a moment after the crash was told.
  private int secondsUntilCrash(int number) {
    int[] seconds = {0};
    Eventually.until(
        "crash " + number,
        () -> {
          time.advance(Duration.ofSeconds(1));
          seconds[0]++;
          return recorder.exits().size() >= number;
        });
    return seconds[0];
  }

  @Test
  void staysDownWhenItIsStoppedBetweenTwoTries() {
    warden.whenStarted(container -> container.exit(1, false));
    start(message());
    Eventually.until("four crashes", () -> recorder.exits().size() == 4);
    stop();
    Eventually.until("gone", () -> found().isEmpty());
    time.advance(Duration.ofHours(1));
    assertThat(recorder.exits()).hasSize(4);
    assertThat(warden.containers()).isEmpty();
  }

  /** A controller that moves it ends the one before as soon as this one runs. */
  @Test
  void isNotSaidToRunBeforeRoutersKnowIt() {
    List<InstanceState> seen = new CopyOnWriteArrayList<>();
    warden.whenConnected(() -> seen.add(only().state()));
    run(message());
    assertThat(seen).containsExactly(InstanceState.STARTING);
    assertThat(recorder.routes()).containsExactly("+shop.test");
  }

  @Test
  void unregistersBeforeItEndsAndKillsAfterTheGrace() {
    warden.ignoreTerm();
    run(message());
    stop();
    Eventually.until("withdrawn", () -> recorder.routes().getLast().equals("-shop.test"));
    becomes(InstanceState.STOPPING);
    bus.publish(Subjects.ROUTER_START, new RouterGreeting("0-r", List.of("127.0.0.1"), 20, 120));
    time.advance(Duration.ofSeconds(9));
    becomes(InstanceState.STOPPING);
    time.advance(Duration.ofSeconds(2));
    Eventually.until("gone", () -> found().isEmpty());
    assertThat(recorder.routes()).containsExactly("+shop.test", "-shop.test");
    assertThat(recorder.exits()).isEmpty();
  }

  @Test
  void isKilledAgainWhenAKillHadNoEffect() {
    warden.ignoreTerm();
    run(message());
    warden.loseKills(2);
    stop();
    becomes(InstanceState.STOPPING);
    time.advance(Duration.ofSeconds(14));
    Eventually.until("gone", () -> found().isEmpty());
  }

  private static final Connection WAITING = new Connection(1, "10.0.0.9:1", "app", 100, true);
  private static final Connection ANSWERED = new Connection(1, "10.0.0.9:2", "app", 100, false);

  @Test
  void endsOnlyWhenNobodyIsServedAnyMore() {
    run(message());
    FakeWarden.FakeContainer container = warden.newest();
    container.serves(List.of(WAITING, ANSWERED));
    stop();
    becomes(InstanceState.STOPPING);
    time.advance(Duration.ofSeconds(5));
    assertThat(container.pid()).isPresent();
    assertThat(container.connected()).as("who is on the way still arrives").isTrue();
    container.serves(List.of(ANSWERED));
    Eventually.until("closed", advancing(() -> !container.connected()));
    assertThat(container.pid()).isPresent();
    container.serves(List.of(WAITING));
    time.advance(Duration.ofSeconds(1));
    assertThat(container.pid()).as("it serves who came at the last moment").isPresent();
    container.serves(List.of());
    Eventually.until("gone", advancing(() -> found().isEmpty()));
  }

  @Test
  void endsAlthoughSomebodyWaitsForEver() {
    run(message());
    warden.newest().serves(List.of(WAITING));
    stop();
    becomes(InstanceState.STOPPING);
    time.advance(Duration.ofSeconds(11));
    Eventually.until("gone", () -> found().isEmpty());
  }

  private BooleanSupplier advancing(BooleanSupplier condition) {
    return () -> {
      time.advance(Duration.ofMillis(50));
      return condition.getAsBoolean();
    };
  }

  @Test
  void namesThePortThatNobodyListensOn() {
    startAndWait(message());
    warden.newest().print(true, "Error: cannot find module\n");
    // More than once: its time may begin a moment after its start was told.
    Eventually.until(
        "crashed",
        () -> {
          time.advance(Duration.ofSeconds(61));
          return !recorder.exits().isEmpty();
        });
    assertThat(recorder.exits().getFirst().exitDescription())
        .isEqualTo("failed to accept connections within health check timeout");
    assertThat(recorder.line("never became healthy").orElseThrow().text()).contains("8080");
    assertThat(recorder.lines("APP/PROC/WEB")).contains("Error: cannot find module");
  }

  @Test
  void toleratesTwoMissedChecksAndNotThree() {
    run(message("v1", 100, "port"));
    warden.newest().listen(false);
    time.advance(Duration.ofSeconds(13));
    warden.newest().listen(true);
    time.advance(Duration.ofSeconds(20));
    assertThat(recorder.exits()).isEmpty();
    warden.newest().listen(false);
    time.advance(Duration.ofSeconds(20));
    Eventually.until("crashed", () -> !recorder.exits().isEmpty());
  }

  @Test
  void changesRoutesWhileItRuns() {
    run(message());
    bus.publish(
        Subjects.DEA_UPDATE,
        new UpdateInstances(
            new AppGuid("app"), List.of("new.test"), new AppVersion("v1"), Map.of()));
    Eventually.until("both", () -> recorder.routes().size() == 3);
    assertThat(recorder.routes()).containsExactly("+shop.test", "-shop.test", "+new.test");
    bus.publish(
        Subjects.DEA_UPDATE,
        new UpdateInstances(
            new AppGuid("app"), List.of("other.test"), new AppVersion("v0"), Map.of()));
    bus.publish(Subjects.ROUTER_START, new RouterGreeting("0-r", List.of("127.0.0.1"), 7, 120));
    Eventually.until("again", () -> recorder.routes().size() == 4);
    Eventually.until(
        "at the router's interval",
        () -> {
          time.advance(Duration.ofSeconds(7));
          return recorder.routes().size() > 4;
        });
    assertThat(Set.copyOf(recorder.routes().subList(3, recorder.routes().size())))
        .containsExactly("+new.test");
  }

  @Test
  void registersWhatIsWantedOfEachUri() {
    run(message());
    UriOptions limited = new UriOptions(new RouterRegister.Options(null, "5/s", null), null);
    UriOptions guarded = new UriOptions(null, "https://guard.test");
    update(Map.of("a.test", limited, "c.test", guarded));
    Eventually.until("registered", () -> recorder.registrations().size() == 4);
    assertThat(recorder.registrations().subList(1, 4))
        .extracting(RouterRegister::uris, RouterRegister::options, RouterRegister::routeServiceUrl)
        .containsExactly(
            tuple(List.of("a.test"), limited.options(), null),
            tuple(List.of("b.test"), null, null),
            tuple(List.of("c.test"), null, "https://guard.test"));
    update(Map.of("a.test", limited, "b.test", guarded, "c.test", guarded));
    Eventually.until("again", () -> recorder.registrations().size() == 6);
    assertThat(recorder.registrations().getLast().uris()).containsExactly("b.test", "c.test");
    assertThat(recorder.routes()).as("none was withdrawn").doesNotContain("-a.test", "-b.test");
    dea.close();
    dea = startedDea();
    Eventually.until("by the next run", () -> recorder.registrations().size() == 8);
    assertThat(recorder.registrations().getLast().routeServiceUrl())
        .isEqualTo("https://guard.test");
  }

  private void update(Map<String, UriOptions> options) {
    RoutedUris routed = new RoutedUris(List.of("a.test", "b.test", "c.test"), options);
    bus.publish(
        Subjects.DEA_UPDATE, new UpdateInstances(new AppGuid("app"), routed, new AppVersion("v1")));
  }

  @Test
  void registersTcpRoutesByTheirPorts() {
    run(message());
    routesAre("shop.test", "tcp.test:1024", "tcp.test:1025");
    Eventually.until("all", () -> recorder.routes().size() == 4);
    routesAre("tcp.test:1025");
    Eventually.until("two are gone", () -> recorder.routes().size() == 7);
    assertThat(recorder.routes())
        .containsExactly(
            "+shop.test", "+shop.test", "+:1024", "+:1025", "-shop.test", "-:1024", "+:1025");
  }

  private void routesAre(String... uris) {
    bus.publish(
        Subjects.DEA_UPDATE,
        new UpdateInstances(
            new AppGuid("app"), new RoutedUris(List.of(uris), Map.of()), new AppVersion("v1")));
  }

  @Test
  void beatsWhenEmptyAndAdvertisesWhatItHas() {
    List<DeaAdvertise> advertisements = new CopyOnWriteArrayList<>();
    try (var _ =
        bus.subscribe(Subjects.DEA_ADVERTISE, m -> m.message().ifPresent(advertisements::add))) {
      int before = recorder.heartbeats().size();
      time.advance(Duration.ofSeconds(30));
      Eventually.until("three beats", () -> recorder.heartbeats().size() >= before + 3);
      assertThat(recorder.heartbeats().getLast().droplets()).isEmpty();
      assertThat(recorder.heartbeats().getLast().host()).isEqualTo("host-1");
      run(message());
      bus.publish(Subjects.DEA_LOCATE, Nothing.NOTHING);
      Eventually.until(
          "advertised", () -> advertisements.getLast().appIdToCount().equals(Map.of("app", 1)));
      assertThat(advertisements.getLast().availableMemoryMb()).isEqualTo(900);
      assertThat(advertisements.getLast().firstPort()).isEqualTo(20_000);
    }
  }

  @Test
  void takesOverWhatRunsAndFinishesWhatWasHalfDone() {
    run(message());
    InstanceId running = only().instance();
    warden.newest().print(false, "one\n");
    time.advance(Duration.ofSeconds(1));
    dea.close();
    warden.newest().print(false, "two\n");
    dea = startedDea();
    assertThat(only().instance()).isEqualTo(running);
    becomes(InstanceState.RUNNING);
    Eventually.until(
        "registered again", () -> recorder.routes().equals(List.of("+shop.test", "+shop.test")));
    time.advance(Duration.ofSeconds(1));
    Eventually.until(
        "each line once", () -> recorder.lines("APP/PROC/WEB").equals(List.of("one", "two")));

    dea.close();
    warden.newest().destroy();
    dea = startedDea();
    Eventually.until("told", () -> recorder.exits().size() == 1);
    Eventually.until("in its place", () -> warden.containers().size() == 1);
    time.advance(Duration.ofSeconds(1));
    Eventually.until("another one runs", () -> states().equals(List.of(InstanceState.RUNNING)));
    assertThat(only().instance()).isNotEqualTo(running);
  }

  @Test
  void finishesAStartThatTheLastRunDidNot() {
    startAndWait(message());
    InstanceId half = only().instance();
    dea.close();
    warden.newest().listen(true);
    dea = startedDea();
    time.advance(Duration.ofSeconds(1));
    becomes(InstanceState.RUNNING);
    assertThat(only().instance()).isEqualTo(half);
  }

  @Test
  void goesOnServingButStartsNothingWhileItEvacuates() {
    run(message());
    dea.evacuate();
    becomes(InstanceState.EVACUATING);
    start(message("v2", 100, null));
    bus.publish(Subjects.ROUTER_START, new RouterGreeting("0-r", List.of("127.0.0.1"), 20, 120));
    Eventually.until("registered again", () -> recorder.routes().size() == 2);
    assertThat(only().version()).isEqualTo(new AppVersion("v1"));
    CompletableFuture<Boolean> stopped =
        CompletableFuture.supplyAsync(() -> dea.stopAll(Duration.ofSeconds(5)));
    Eventually.until("stopped", advancing(stopped::isDone));
    assertThat(stopped).isCompletedWithValue(true);
    assertThat(warden.containers()).isEmpty();
    Eventually.until("withdrawn", () -> recorder.routes().getLast().equals("-shop.test"));
  }

  @Test
  void keepsSecretsForRootOnly() throws IOException {
    run(message());
    try (var list = Files.list(directory.resolve("dea/instances"))) {
      assertThat(list.filter(f -> f.toString().endsWith(".json")))
          .isNotEmpty()
          .allSatisfy(file ->
              assertThat(Files.getPosixFilePermissions(file))
                  .isEqualTo(bellows.base.files.AtomicFiles.OWNER_ONLY));
    }
  }

  @Test
  void tellsACrashWhenNoContainerCanBeMade() {
    warden.refuse(true);
    start(message());
    Eventually.until("crashes", () -> recorder.exits().size() == 4);
    assertThat(recorder.line("Failed to start").orElseThrow().text())
        .contains("cannot start a container");
    warden.refuse(false);
    Eventually.until(
        "starting",
        () -> {
          time.advance(Duration.ofSeconds(5));
          return states().equals(List.of(InstanceState.STARTING));
        });
  }
}
