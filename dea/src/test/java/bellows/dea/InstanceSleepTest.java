package bellows.dea;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.routing.RouterRegister;
import bellows.dea.testing.FakeWarden;
import bellows.dea.testing.FileServer;
import bellows.dea.testing.Recorder;
import bellows.warden.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When instances sleep and what others hear of it, in time that the test owns. */
class InstanceSleepTest {
  private static final int ACTIVATOR_PORT = 17_901;
  private static final int PORT = 61_001;
  private static final InstanceFilter ALL = InstanceFilter.all(new AppGuid("app"));
  private static final List<String> SHOP = List.of("shop.test");
  private static final Sleep AFTER_MINUTE = new Sleep(60, null, 7, false, false);

  private final ManualScheduler time = new ManualScheduler();
  private final SystemScheduler busTime = new SystemScheduler();
  private final MessageBus bus = new InProcessBus(busTime);
  private final FileServer files = new FileServer();
  private final List<RouterRegister> registrations = new CopyOnWriteArrayList<>();
  private final Path directory;
  private final FakeWarden warden;
  private final Recorder recorder;
  private Dea dea;

  InstanceSleepTest() throws IOException {
    directory = Files.createTempDirectory("dea-sleep-");
    warden = new FakeWarden(directory.resolve("warden"));
    warden.whenStarted(container -> container.listen(true));
    bus.start();
    recorder = new Recorder(bus);
    var _ = bus.subscribe(Subjects.ROUTER_REGISTER, m -> m.message().ifPresent(registrations::add));
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

  private StartInstance message(
      @Nullable Sleep sleep, List<String> uris, String check, int memoryMb, int port) {
    return new StartInstance(
        new AppGuid("app"),
        port - PORT,
        "shop",
        new AppVersion("v1"),
        "debian",
        "default",
        uris,
        files.sha1("droplet"),
        files.address("droplet"),
        new StartInstance.Limits(memoryMb, 64, 1024, null),
        List.of(),
        List.of(),
        Map.of(),
        null,
        null,
        null,
        new PlacementId("placement-" + port),
        port,
        "process",
        "web",
        new StartInstance.HealthCheck(check, null, null, null),
        sleep);
  }

  private StartInstance message(Sleep sleep) {
    return message(sleep, SHOP, "port", 100, PORT);
  }

  private void start(StartInstance message) {
    bus.publish(Subjects.deaStart(dea.id()), message);
  }

  private void running(StartInstance message) {
    start(message);
    Eventually.until("started", () -> !warden.containers().isEmpty());
    awake(true);
  }

  private void awake(boolean awake) {
    Eventually.until(
        awake ? "awake" : "asleep",
        () -> {
          time.advance(Duration.ofMillis(20));
          return recorder.instances().stream()
              .anyMatch(i -> i.state() == InstanceState.RUNNING && asleep(i) != awake);
        });
  }

  private static boolean asleep(DeaHeartbeat.Instance instance) {
    return Boolean.TRUE.equals(instance.asleep());
  }

  private void says(String words) {
    Eventually.until(words, () -> recorder.line(words).isPresent());
  }

  private Map<String, String> newestTags() {
    return Objects.requireNonNull(registrations.getLast().tags());
  }

  @Test
  void sleepsAfterItsTimeWithoutTrafficAndKeepsItsRoute() {
    running(message(AFTER_MINUTE));
    assertThat(newestTags()).containsEntry("state", "awake").containsEntry("concurrency", "7");
    assertThat(warden.newest().connected()).isTrue();
    for (int i = 0; i < 5; i++) {
      time.advance(Duration.ofSeconds(50));
      warden.move(PORT);
    }
    assertThat(warden.containers()).hasSize(1);
    time.advance(Duration.ofSeconds(75));
    assertThat(warden.containers()).isEmpty();
    awake(false);
    Eventually.until("tag", () -> "asleep".equals(newestTags().get("state")));
    assertThat(recorder.routes()).doesNotContain("-shop.test");
    assertThat(recorder.exits()).isEmpty();
    says("Fell asleep after 60 s without traffic");
  }

  @Test
  void thinksForLongerThanItMayBeIdle() {
    running(message(AFTER_MINUTE));
    warden.ask(PORT);
    time.advance(Duration.ofMinutes(10));
    bus.publish(Subjects.DEA_SLEEP, ALL);
    Eventually.until(
        "not put to sleep",
        () -> {
          time.advance(Duration.ofMillis(500));
          return recorder.line("it is in use all the time").isPresent();
        });
    assertThat(warden.containers()).hasSize(1);
    warden.answer(PORT);
    time.advance(Duration.ofSeconds(75));
    awake(false);
    says("Fell asleep after 60 s without traffic");
  }

  @Test
  void forgetsWhoWaitsForLongerThanAnyRouter() {
    running(message(AFTER_MINUTE));
    warden.ask(PORT);
    time.advance(Duration.ofMinutes(14));
    assertThat(warden.containers()).hasSize(1);
    time.advance(Duration.ofMinutes(2));
    awake(false);
  }

  @Test
  void neverSleepsWhenNobodyCouldWakeIt() {
    running(message(AFTER_MINUTE, SHOP, "process", 100, PORT));
    start(message(AFTER_MINUTE, List.of(), "port", 100, PORT + 1));
    start(message(null, SHOP, "port", 100, PORT + 2));
    Eventually.until("all", () -> warden.containers().size() == 3);
    time.advance(Duration.ofHours(3));
    assertThat(warden.containers()).hasSize(3);
    assertThat(warden.openPorts()).isEmpty();
  }

  @Test
  void holdsNoMemoryWhileItSleepsAndIsKeptForALookAfterACommand() {
    List<DeaAdvertise> advertised = new CopyOnWriteArrayList<>();
    var _ = bus.subscribe(Subjects.DEA_ADVERTISE, m -> m.message().ifPresent(advertised::add));
    start(message(new Sleep(1, null, 50, false, true)));
    awake(false);
    assertThat(warden.containers()).isEmpty();
    time.advance(Duration.ofSeconds(5));
    Eventually.until("free", () -> advertised.getLast().availableMemoryMb() == 1000);

    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    assertThat(warden.newest().connected()).isTrue();
    time.advance(Duration.ofSeconds(14));
    assertThat(warden.containers()).hasSize(1);
    Eventually.until("taken", () -> advertised.getLast().availableMemoryMb() == 900);
    time.advance(Duration.ofSeconds(3));
    awake(false);
  }

  @Test
  void wakesWithTheNewestMessageThoughItWasAwakeWithAnother() {
    Sleep rule = new Sleep(60, null, 50, false, true);
    start(message(rule));
    awake(false);
    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    time.advance(Duration.ofMinutes(2));
    awake(false);

    start(message(new Sleep(60, null, 51, false, true), SHOP, "port", 200, PORT));
    Eventually.until("told", () -> "51".equals(newestTags().get("concurrency")));
    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);

    assertThat(warden.newest().spec().limits().memoryMb()).isEqualTo(200);
  }

  @Test
  void sleepsOnCommandOnlyInAPause() {
    running(message(AFTER_MINUTE));
    bus.publish(Subjects.DEA_SLEEP, ALL);
    Eventually.until(
        "given up",
        () -> {
          warden.move(PORT);
          time.advance(Duration.ofMillis(500));
          return recorder.line("it is in use all the time").isPresent();
        });
    assertThat(warden.containers()).hasSize(1);
    bus.publish(Subjects.DEA_SLEEP, ALL);
    awake(false);
    says("Fell asleep on request");
  }

  @Test
  void goesOnWhenTheKernelCouldNotBeAskedForAWhile() {
    Sleep sleep = new Sleep(60, 600, 50, false, false);
    warden.blind(true);
    start(message(sleep));
    Eventually.until("started", () -> !warden.containers().isEmpty());
    time.advance(Duration.ofSeconds(5));
    warden.blind(false);
    awake(true);

    bus.publish(Subjects.DEA_SLEEP, ALL);
    warden.blind(true);
    time.advance(Duration.ofSeconds(3));
    warden.blind(false);
    awake(false);

    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    FakeWarden.FakeContainer old = warden.newest();
    old.serves(List.of(connection(1, true)));
    use(12);
    time.advance(Duration.ofSeconds(10));
    says("A fresh container has taken over");
    warden.blind(true);
    time.advance(Duration.ofSeconds(3));
    warden.blind(false);
    assertThat(old.exited()).isNotDone();
    old.serves(List.of());
    time.advance(Duration.ofSeconds(3));
    assertThat(old.exited()).isDone();

    warden.newest().serves(List.of(connection(1, true)));
    bus.publish(Subjects.DEA_STOP, ALL);
    Eventually.until("stopping", () -> recorder.routes().contains("-shop.test"));
    warden.blind(true);
    time.advance(Duration.ofSeconds(1));
    warden.blind(false);
    warden.newest().serves(List.of());
    Eventually.until(
        "gone",
        () -> {
          time.advance(Duration.ofMillis(20));
          return warden.containers().isEmpty();
        });
  }

  @Test
  void endsSoonWhenSomebodyWaitsForTheNext() {
    running(message(AFTER_MINUTE));
    FakeWarden.FakeContainer stubborn = warden.newest();
    warden.ignoreTerm();
    ending(stubborn);
    Instant told = time.now();
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until(
        "killed",
        () -> {
          time.advance(Duration.ofMillis(20));
          return stubborn.exited().isDone();
        });
    assertThat(Duration.between(told, time.now())).isLessThan(Duration.ofSeconds(5));
    Eventually.until("the next one", () -> warden.containers().size() == 1);
    FakeWarden.FakeContainer again = warden.newest();
    assertThat(again).isNotEqualTo(stubborn);
    ending(again);
    assertThat(again.exited()).as("nobody waits").isNotDone();
    time.advance(Duration.ofSeconds(10));
    assertThat(again.exited()).isDone();
  }

  @Test
  void startsTheNextOneAlthoughTheLastCannotBeEnded() {
    running(message(AFTER_MINUTE));
    FakeWarden.FakeContainer stubborn = warden.newest();
    warden.ignoreTerm();
    warden.loseKills(1_000);
    ending(stubborn);
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until(
        "the next one",
        () -> {
          time.advance(Duration.ofMillis(100));
          return warden.containers().size() == 2;
        });
    assertThat(stubborn.exited()).isNotDone();
    awake(true);
    warden.loseKills(0);
    time.advance(Duration.ofSeconds(61));
    assertThat(warden.containers()).doesNotContain(stubborn);
  }

  @Test
  void isRenewedAgainAlthoughTheLastContainerCannotBeEnded() {
    running(message(new Sleep(60, 600, 50, false, false)));
    FakeWarden.FakeContainer first = warden.newest();
    warden.ignoreTerm();
    warden.loseKills(1_000);
    use(13);
    says("A fresh container has taken over");
    FakeWarden.FakeContainer second = warden.newest();
    assertThat(first.exited()).isNotDone();
    use(14);
    assertThat(warden.newest()).isNotEqualTo(second);
    warden.loseKills(0);
  }

  @Test
  void makesRoomByTheNextIdleWhenTheFirstCannotMakeWay() {
    List<FakeWarden.FakeContainer> containers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int before = i;
      start(message(new Sleep(3_600, null, 50, false, false), SHOP, "port", 300, PORT + i));
      Eventually.until("started", () -> warden.containers().size() > before);
      containers.add(warden.newest());
      Eventually.until(
          "healthy",
          () -> {
            time.advance(Duration.ofMillis(20));
            return recorder.instances().stream()
                    .filter(each -> each.state() == InstanceState.RUNNING)
                    .count()
                > before;
          });
    }
    time.advance(Duration.ofSeconds(60));
    containers.getFirst().jam(true);
    start(message(new Sleep(3_600, null, 50, false, false), SHOP, "port", 300, PORT + 3));
    Eventually.until("started", () -> containers.get(1).exited().isDone());
    Eventually.until("the fourth", () -> warden.containers().size() == 3);
    assertThat(warden.containers())
        .contains(containers.getFirst(), containers.get(2))
        .doesNotContain(containers.get(1));
    assertThat(containers.getFirst().connected()).isTrue();
  }

  @Test
  void comesUpAlthoughWhatTheLastRunLeftCannotBeClearedAway() {
    start(message(new Sleep(60, null, 50, false, true)));
    awake(false);
    warden.whenStarted(container -> {});
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until("half awake", () -> !warden.containers().isEmpty());
    FakeWarden.FakeContainer left = warden.newest();
    dea.close();
    warden.loseKills(1_000);
    dea = startedDea();
    warden.whenStarted(container -> container.listen(true));
    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    assertThat(warden.newest()).isNotEqualTo(left);
    warden.loseKills(0);
  }

  @Test
  void livesSleepsAndEndsAlthoughNothingCanBeWritten() throws IOException {
    Trees.delete(directory.resolve("dea/instances"));
    Files.createFile(directory.resolve("dea/instances"));
    running(message(AFTER_MINUTE));
    bus.publish(Subjects.DEA_SLEEP, ALL);
    awake(false);
    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    bus.publish(Subjects.DEA_STOP, ALL);
    Eventually.until(
        "gone",
        () -> {
          time.advance(Duration.ofMillis(20));
          return warden.containers().isEmpty() && warden.openPorts().isEmpty();
        });
  }

  @Test
  void keepsItsAgeWhenItsRuleChanges() {
    running(message(new Sleep(60, 600, 50, false, false)));
    FakeWarden.FakeContainer old = warden.newest();
    use(8);
    String before = records();
    start(message(new Sleep(90, 600, 50, false, false)));
    Eventually.until("told", () -> !records().equals(before));
    use(5);
    Eventually.until("renewed", () -> !warden.newest().equals(old));
  }

  private void ending(FakeWarden.FakeContainer container) {
    Eventually.until(
        "ending",
        () -> {
          time.advance(Duration.ofMillis(100));
          return !container.connected();
        });
  }

  /** Lets it live with a packet each 50 s. */
  private void use(int packets) {
    for (int i = 0; i < packets; i++) {
      time.advance(Duration.ofSeconds(50));
      warden.move(PORT);
    }
  }

  private static Connection connection(long bytes, boolean unanswered) {
    return new Connection(PORT, "10.0.0.9:4000", "10.0.0.2", bytes, unanswered);
  }

  @Test
  void handsOverToAFreshContainerAfterItsLongestLifetime() {
    running(message(new Sleep(60, 600, 50, false, false)));
    FakeWarden.FakeContainer old = warden.newest();
    old.serves(List.of(connection(1, true)));
    warden.whenStarted(container -> {});
    use(11);
    assertThat(warden.containers()).hasSize(1);
    use(1);
    time.advance(Duration.ofSeconds(10));
    warden.move(PORT);
    assertThat(warden.containers()).hasSize(2);
    FakeWarden.FakeContainer fresh = warden.newest();
    time.advance(Duration.ofSeconds(10));
    assertThat(List.of(old.connected(), fresh.connected())).containsExactly(true, false);

    fresh.listen(true);
    time.advance(Duration.ofSeconds(2));
    assertThat(List.of(old.connected(), fresh.connected())).containsExactly(false, true);
    Eventually.until("tag", () -> "2".equals(newestTags().get("container")));
    says("A fresh container has taken over");
    use(4);
    assertThat(warden.containers()).as("somebody waits for the old one's answer").hasSize(2);
    old.serves(List.of(connection(2, false)));
    use(1);
    assertThat(warden.containers()).as("it was silent for less than a minute").hasSize(2);
    use(1);
    assertThat(warden.containers()).hasSize(1);
    assertThat(warden.newest()).isEqualTo(fresh);
    assertThat(recorder.exits()).isEmpty();
    time.advance(Duration.ofSeconds(75));
    awake(false);
    says("Fell asleep after 60 s without traffic");
  }

  @Test
  void goesOnWithTheOldContainerWhenTheFreshOneDoesNotComeUp() {
    running(message(new Sleep(60, 600, 50, false, false)));
    FakeWarden.FakeContainer old = warden.newest();
    warden.whenStarted(container -> container.exit(1, false));
    use(14);
    says("goes on without a fresh one");
    assertThat(warden.containers()).hasSize(1);
    assertThat(warden.newest()).isEqualTo(old);
    assertThat(old.connected()).isTrue();
    warden.whenStarted(container -> container.listen(true));
    use(13);
    Eventually.until("tried again", () -> !warden.newest().equals(old));
  }

  @Test
  void isRenewedInAPauseWhenThereIsNoRoomForTwo() {
    Sleep sleep = new Sleep(60, 600, 50, false, false);
    running(message(sleep, SHOP, "port", 600, PORT));
    use(11);
    assertThat(warden.containers()).hasSize(1);
    time.advance(Duration.ofSeconds(59));
    awake(false);
    says("Fell asleep after its longest lifetime");
  }

  @Test
  void leavesNothingWhenItIsStoppedWhileItIsRenewed() {
    running(message(new Sleep(60, 600, 50, false, false)));
    warden.whenStarted(container -> {});
    use(12);
    time.advance(Duration.ofSeconds(10));
    assertThat(warden.containers()).hasSize(2);
    bus.publish(Subjects.DEA_STOP, ALL);
    Eventually.until(
        "gone",
        () -> {
          time.advance(Duration.ofMillis(20));
          return warden.containers().isEmpty() && warden.openPorts().isEmpty();
        });
  }

  @Test
  void isTakenOverInTheMiddleOfARenewal() {
    running(message(new Sleep(60, 600, 50, false, false)));
    FakeWarden.FakeContainer old = warden.newest();
    warden.whenStarted(container -> {});
    use(12);
    time.advance(Duration.ofSeconds(10));
    assertThat(warden.containers()).hasSize(2);
    dea.close();
    dea = startedDea();
    assertThat(warden.containers()).containsExactly(old);
    assertThat(old.connected()).isTrue();
    awake(true);
  }

  @Test
  void takesNewsOfItsSleepWithoutARestart() {
    running(message(AFTER_MINUTE));
    String container = warden.newest().id();
    start(message(new Sleep(null, null, 50, false, false)));
    Eventually.until("told", () -> registrations.size() > 1);
    time.advance(Duration.ofHours(1));
    assertThat(warden.newest().id()).isEqualTo(container);
    start(message(new Sleep(5, null, 50, false, false)));
    Eventually.until("told", () -> "50".equals(newestTags().get("concurrency")));
    awake(false);
  }

  @Test
  void isReachedWhenItIsToldNeverToSleepBeforeItListens() {
    Sleep never = new Sleep(null, null, 50, false, false);
    warden.whenStarted(container -> {});
    start(message(AFTER_MINUTE));
    Eventually.until("started", () -> !warden.containers().isEmpty());
    toldBeforeItListens(never);

    bus.publish(Subjects.DEA_STOP, ALL);
    Eventually.until(
        "gone",
        () -> {
          time.advance(Duration.ofMillis(20));
          return warden.containers().isEmpty();
        });
    start(message(new Sleep(60, null, 50, false, true)));
    awake(false);
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until("waking", () -> !warden.containers().isEmpty());
    toldBeforeItListens(never);
  }

  private String records() {
    try (Stream<Path> files = Files.list(directory.resolve("dea/instances"))) {
      StringBuilder text = new StringBuilder();
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        text.append(Files.readString(file));
      }
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void toldBeforeItListens(Sleep never) {
    FakeWarden.FakeContainer container = warden.newest();
    Eventually.until("not reached yet", () -> !container.connected());
    String before = records();
    start(message(never));
    Eventually.until("told", () -> !records().equals(before));
    container.listen(true);
    awake(true);
    Eventually.until("reached", container::connected);
    time.advance(Duration.ofHours(1));
    assertThat(warden.containers()).containsExactly(container);
  }

  @Test
  void wakesWhenItIsToldNeverToSleepWhileItFallsAsleep() {
    running(message(AFTER_MINUTE));
    FakeWarden.FakeContainer stubborn = warden.newest();
    warden.ignoreTerm();
    ending(stubborn);
    start(message(new Sleep(null, null, 50, false, false)));
    Eventually.until(
        "the next one",
        () -> {
          time.advance(Duration.ofMillis(100));
          return stubborn.exited().isDone() && !warden.containers().isEmpty();
        });
    Eventually.until("reached", () -> warden.newest().connected());
  }

  @Test
  void staysAwakeAndReachedWhenItsPortCannotBeClosed() {
    running(message(AFTER_MINUTE));
    FakeWarden.FakeContainer container = warden.newest();
    container.jam(true);
    time.advance(Duration.ofSeconds(90));
    assertThat(container.exited()).isNotDone();
    assertThat(container.connected()).isTrue();
    container.jam(false);
    time.advance(Duration.ofSeconds(15));
    awake(false);
  }

  @Test
  void goesOnWithWhatTheLastRunHadHalfDone() {
    running(message(AFTER_MINUTE));
    time.advance(Duration.ofSeconds(80));
    awake(false);
    dea.close();
    dea = startedDea();
    assertThat(warden.containers()).isEmpty();
    assertThat(warden.openPorts()).containsExactly(PORT);
    awake(false);

    // A run that dies while it wakes one leaves a container to which nobody was sent.
    warden.whenStarted(container -> container.listen(false));
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until("half awake", () -> !warden.containers().isEmpty());
    dea.close();
    dea = startedDea();
    assertThat(warden.containers()).isEmpty();
    awake(false);

    warden.whenStarted(container -> container.listen(true));
    bus.publish(Subjects.DEA_WAKE, ALL);
    awake(true);
    bus.publish(Subjects.DEA_STOP, ALL);
    Eventually.until(
        "gone",
        () -> {
          time.advance(Duration.ofMillis(20));
          return warden.containers().isEmpty();
        });
    Eventually.until("closed", () -> warden.openPorts().isEmpty());
  }

  @Test
  void startsAndWakesAlthoughTheRuntimeFailsNowAndThen() {
    warden.failEach(2);
    running(message(AFTER_MINUTE));
    for (int i = 0; i < 10; i++) {
      warden.failEach(i % 2 == 0 ? 20 : 2);
      bus.publish(Subjects.DEA_SLEEP, ALL);
      awake(false);
      assertThat(warden.containers()).isEmpty();
      bus.publish(Subjects.DEA_WAKE, ALL);
      awake(true);
      assertThat(warden.containers()).hasSize(1);
    }
    assertThat(recorder.exits()).isEmpty();
  }

  @Test
  void countsAWakeThatFailsAsACrash() {
    start(message(new Sleep(60, null, 50, false, true)));
    awake(false);
    warden.whenStarted(container -> container.exit(1, false));
    bus.publish(Subjects.DEA_WAKE, ALL);
    Eventually.until(
        "crashed",
        () -> {
          time.advance(Duration.ofMillis(1));
          return recorder.exits().size() == 4;
        });
    warden.whenStarted(container -> container.listen(true));
    assertThat(warden.containers()).isEmpty();
    Eventually.until(
        "back",
        () -> {
          time.advance(Duration.ofSeconds(5));
          return warden.containers().size() == 1;
        });
  }
}
