package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.Subject;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.components.ComponentAnnounce;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.RegistrationException.Reason;
import bellows.router.testing.InterruptibleBus;
import bellows.router.testing.RouterFixture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BusDutiesTest {
  private final SystemScheduler clock = new SystemScheduler();
  private final ManualScheduler time = new ManualScheduler();
  private final InterruptibleBus bus = new InterruptibleBus(new InProcessBus(clock));
  private final List<RouterGreeting> starts = new CopyOnWriteArrayList<>();
  private final Router router =
      new Router(RouterFixture.config().status(0).loops(1, null), bus, time);

  @BeforeEach
  void start() {
    bus.start();
    bus.subscribe(Subjects.ROUTER_START, m -> m.message().ifPresent(starts::add));
    router.start();
  }

  @AfterEach
  void close() {
    router.close();
    bus.close();
    clock.close();
  }

  private void register(String uri) {
    bus.publish(
        Subjects.ROUTER_REGISTER, RouterRegister.component("c", "10.0.0.1", 80, List.of(uri)));
    Eventually.until(uri + " is known", () -> router.knows(uri));
  }

  @Test
  void asksEverybodyToRegisterAtStartAndAfterTheBusWasAway() {
    Eventually.until("asked", () -> starts.size() == 1);
    assertThat(starts.getFirst().registerIntervalSeconds()).isEqualTo(20);
    assertThat(starts.getFirst().pruneThresholdSeconds()).isEqualTo(120);
    assertThat(starts.getFirst().id()).startsWith("0-");
    bus.interrupt();
    bus.restore();
    Eventually.until("asked again", () -> starts.size() == 2);
  }

  @Test
  void answersAGreeting() {
    List<RouterGreeting> answers =
        bus.request(
            Subjects.ROUTER_GREET, Nothing.NOTHING, RouterGreeting.class, 1, Duration.ofSeconds(5));
    assertThat(answers).hasSize(1);
    assertThat(answers.getFirst().id()).startsWith("0-");
  }

  @Test
  void isFoundByCollectors() {
    List<ComponentAnnounce> answers =
        bus.request(
            Subjects.COMPONENT_DISCOVER,
            Nothing.NOTHING,
            ComponentAnnounce.class,
            1,
            Duration.ofSeconds(5));
    assertThat(answers).hasSize(1);
    assertThat(answers.getFirst().type()).isEqualTo("Router");
    assertThat(answers.getFirst().host()).isEqualTo("127.0.0.1:" + router.statusPort());
    assertThat(answers.getFirst().credentials()).hasSize(2);
    assertThat(answers.getFirst().start()).isEqualTo("2030-01-01 00:00:00 +0000");
    assertThat(answers.getFirst().uptime()).isEqualTo("0d:0h:0m:0s");
  }

  @Test
  void forgetsARouteThatNobodyRegistersAnyMore() {
    register("old.test");
    time.advance(Duration.ofSeconds(100));
    register("young.test");
    assertThat(router.knows("old.test")).isTrue();
    time.advance(Duration.ofSeconds(50));
    assertThat(router.knows("old.test")).isFalse();
    assertThat(router.knows("young.test")).isTrue();
  }

  @Test
  void forgetsNothingWhileTheBusIsAway() {
    register("a.test");
    bus.interrupt();
    time.advance(Duration.ofHours(1));
    assertThat(router.knows("a.test")).isTrue();
    bus.restore();
    time.advance(Duration.ofSeconds(119));
    assertThat(router.knows("a.test")).isTrue();
    time.advance(Duration.ofSeconds(60));
    assertThat(router.knows("a.test")).isFalse();
  }

  @Test
  void survivesMessagesThatAreNone() {
    Subject<byte[]> register = new Subject<>("router.register", byte[].class);
    for (String bad : List.of("", "{", "[]", "7", "null", "{}", "{\"host\":\"10.0.0.1\"}")) {
      bus.publish(register, bad.getBytes(StandardCharsets.UTF_8));
    }
    bus.publish(
        register,
        "{\"host\":\"10.0.0.1\",\"port\":80,\"uris\":[null,\"a.test\"]}"
            .getBytes(StandardCharsets.UTF_8));
    bus.publish(
        register,
        "{\"host\":\"10.0.0.1\",\"port\":80,\"uris\":[\"odd.test\"],\"tags\":{\"a\":null},\"app\":null}"
            .getBytes(StandardCharsets.UTF_8));
    register("good.test");
    assertThat(router.knows("odd.test")).isTrue();
    assertThat(router.refusals().total()).isEqualTo(8);
    assertThat(router.refusals().count(Reason.MESSAGE)).isPositive();
  }
}
