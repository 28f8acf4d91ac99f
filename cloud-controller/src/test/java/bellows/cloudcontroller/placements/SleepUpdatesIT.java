package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.contracts.Subjects;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.DeaId;
import bellows.contracts.logs.LogBatch;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SleepUpdatesIT {
  private static final DeaId DEA = new DeaId("dea");

  private final TestDatabase test = TestDatabase.create();
  private final ManualScheduler time = new ManualScheduler();
  private final InProcessBus bus = new InProcessBus(time);
  private final List<StartInstance> heard = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Supplier<Optional<DeaId>> speaker = () -> Optional.of(DEA);
  private final SleepUpdates updates = updates();
  private final Logger logger = (Logger) LoggerFactory.getLogger(StartSender.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  private SleepUpdates updates() {
    EnvironmentSeal seal = new EnvironmentSeal(new SecretBox(new byte[32]));
    StartFactsStore facts = new StartFactsStore(seal, SleepPolicy.DEFAULT);
    StartSender starts =
        new StartSender(
            test.database(),
            bus,
            time,
            new RouteAnnouncements(test.database(), bus, time, seal),
            facts,
            new StartMessages(new VcapApplication("http://api.test"), droplet -> droplet),
            _ -> {
              asked.incrementAndGet();
              return speaker.get();
            },
            new AppLog(bus, time));
    return new SleepUpdates(test.database(), time, facts, starts);
  }

  @BeforeEach
  void start() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
    bus.start();
    bus.subscribe(Subjects.deaStart(DEA), message -> message.message().ifPresent(heard::add));
    PlacedApp.insert(test);
    updates.start();
    hears(900);
    heard.clear();
  }

  @AfterEach
  void close() {
    logger.setLevel(null);
    logger.detachAppender(log);
    updates.close();
    bus.close();
    test.close();
  }

  @Test
  void tellsAHostThatWasNotHeardForAWhile() {
    speaker = Optional::empty;
    sleepAfter("5m");
    time.advance(Duration.ofSeconds(10));
    assertThat(heard).isEmpty();
    speaker = () -> Optional.of(DEA);
    time.advance(Duration.ofSeconds(10));
    hears(300);
  }

  @Test
  void triesAgainWhatItCouldNotTell() {
    speaker =
        () -> {
          throw new IllegalStateException("in the midst of it");
        };
    sleepAfter("5m");
    speaker = () -> Optional.of(DEA);
    time.advance(Duration.ofSeconds(10));
    hears(300);
  }

  @Test
  void saysNothingAgainThatWasTold() {
    sleepAfter("5m");
    hears(300);
    time.advance(Duration.ofMinutes(11));
    assertThat(heard).hasSize(1);
  }

  @Test
  void tellsThatAConnectionWakesItFromItsFirstTcpRouteOn() {
    assertThat(heard).isEmpty();
    PlacedApp.addTcpRoute(test);
    hearsWakeOnConnect(true);
    PlacedApp.execute(
        test, "update apps set labels = '{\"bellows.internal/wake-on-connect\": \"false\"}'");
    hearsWakeOnConnect(false);
    PlacedApp.execute(test, "update apps set labels = '{}'");
    hearsWakeOnConnect(true);
    PlacedApp.execute(test, "delete from routes where guid = 't'");
    hearsWakeOnConnect(false);
  }

  private void hearsWakeOnConnect(boolean wanted) {
    Eventually.until(
        "it is told",
        () -> {
          time.advance(Duration.ZERO);
          return !heard.isEmpty() && wakesOnConnect(heard.getLast()) == wanted;
        });
  }

  private static boolean wakesOnConnect(StartInstance message) {
    StartInstance.Sleep sleep = message.sleep();
    return sleep != null && sleep.wakeOnConnect();
  }

  @Test
  void logsANewPolicyButNoStartThatIsNone() {
    assertThat(logged()).as("told by a controller that has just started").isEmpty();
    sleepAfter("5m");
    hears(300);
    assertThat(logged()).containsExactly("instance.sleep_told");
  }

  @Test
  void tellsTheOwnerOnceOfAMessageThatIsTooLong() {
    List<LogBatch.Line> told = new CopyOnWriteArrayList<>();
    bus.subscribe(
        Subjects.LOGS, message -> message.message().ifPresent(batch -> told.addAll(batch.lines())));
    PlacedApp.addGreedy(test);
    sleepAfter("5m");
    hears(300);
    sleepAfter("10m");
    hears(600);

    assertThat(told)
        .singleElement()
        .satisfies(line -> {
          assertThat(line.app()).isEqualTo("a");
          assertThat(line.stderr()).isTrue();
          assertThat(line.text()).contains("instance 0", "routes", "1 MB", "unmap");
        });
  }

  private List<String> logged() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getMessage).toList();
  }

  /** Returns when a round has tried to tell of it. */
  private void sleepAfter(String after) {
    int before = asked.get();
    PlacedApp.execute(
        test,
        "update apps set labels = '{\"bellows.internal/sleep-after\": \"%s\"}'".formatted(after));
    Eventually.until(
        "it was tried",
        () -> {
          time.advance(Duration.ZERO);
          return asked.get() > before;
        });
  }

  private void hears(int seconds) {
    Eventually.until(
        "it is told",
        () -> {
          time.advance(Duration.ZERO);
          return !heard.isEmpty() && Objects.equals(after(heard.getLast().sleep()), seconds);
        });
  }

  private static @Nullable Integer after(StartInstance.@Nullable Sleep sleep) {
    return sleep == null ? null : sleep.afterSeconds();
  }
}
