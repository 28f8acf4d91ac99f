package bellows.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.Scheduler;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsBusIT extends MessageBusContract {
  private static final Subject<Note> NEWS = new Subject<>("news", Note.class);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir static Path directory;

  private static NatsServer server;

  @BeforeAll
  static void startServer() {
    server = NatsServer.start(directory);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  MessageBus create(Scheduler scheduler) {
    return new NatsBus(config(server.address(), NatsServer.PASSWORD), scheduler);
  }

  @Test
  void twoClientsHearEachOther() {
    try (SystemScheduler scheduler = new SystemScheduler();
        MessageBus other = create(scheduler)) {
      other.start();
      List<Note> got = collect(NEWS);
      other.subscribe(NEWS, incoming -> incoming.reply(Note.of("heard")));
      other.publish(NEWS, Note.of("hello"));
      Eventually.until("it has come", () -> got.size() == 1);
      assertThat(bus().request(NEWS, Note.of("?"), Note.class, 1, LONG))
          .containsExactly(Note.of("heard"));
    }
  }

  @Test
  void whatWasPublishedJustBeforeTheEndArrives() {
    List<Note> got = collect(NEWS);
    try (SystemScheduler scheduler = new SystemScheduler();
        MessageBus other = create(scheduler)) {
      other.start();
      for (int i = 0; i < 100; i++) {
        other.publish(NEWS, new Note("bye", i));
      }
    }
    Eventually.until("all have come", () -> got.size() == 100);
  }

  @Test
  void subscriptionsWorkAgainAfterTheServerDied() {
    List<Note> got = collect(NEWS);
    AtomicInteger reconnects = new AtomicInteger();
    bus()
        .onReconnect(() -> {
          throw new IllegalStateException("one listener that throws");
        });
    bus().onReconnect(reconnects::incrementAndGet);
    bus().publish(NEWS, Note.of("before"));
    Eventually.until("it has come", () -> got.size() == 1);

    server.kill();
    Eventually.until("the loss is noticed", () -> !bus().connected());
    bus().publish(NEWS, Note.of("lost"));
    assertThat(bus().request(NEWS, Note.of("?"), Note.class, 1, Duration.ofMillis(100))).isEmpty();
    List<Note> subscribedMeanwhile = collect(NEWS);

    server.restart();
    Eventually.until("the listener is called", LONG, () -> reconnects.get() == 1);
    assertThat(bus().connected()).isTrue();
    bus().publish(NEWS, Note.of("after"));
    Eventually.until(
        "it has come to both",
        () -> got.contains(Note.of("after")) && subscribedMeanwhile.contains(Note.of("after")));
    assertThat(got).containsExactly(Note.of("before"), Note.of("after"));
    assertThat(subscribedMeanwhile).containsExactly(Note.of("after"));
  }

  @Test
  void aListenerMayPublishWhenTheBusIsBack() {
    List<Note> got = collect(NEWS);
    bus().onReconnect(() -> bus().publish(NEWS, Note.of("here I am")));
    server.kill();
    Eventually.until("the loss is noticed", () -> !bus().connected());
    server.restart();
    Eventually.until("it has come", LONG, () -> !got.isEmpty());
    assertThat(got).containsExactly(Note.of("here I am"));
  }

  @Test
  void aBusWithoutServerSaysSoAtStart() {
    URI nobody = URI.create("nats://127.0.0.1:1");
    try (SystemScheduler scheduler = new SystemScheduler();
        MessageBus lonely = new NatsBus(config(nobody, NatsServer.PASSWORD), scheduler)) {
      assertThatThrownBy(lonely::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("nats://127.0.0.1:1");
    }
  }

  @Test
  void aWrongPasswordIsRefusedAndNotPrinted() {
    try (SystemScheduler scheduler = new SystemScheduler();
        MessageBus stranger = new NatsBus(config(server.address(), "a-wrong-secret"), scheduler)) {
      assertThatThrownBy(stranger::start)
          .isInstanceOf(UncheckedIOException.class)
          .message()
          .contains(server.address().toString(), "refuses user " + NatsServer.USER)
          .doesNotContain("a-wrong-secret");
    }
  }

  @Test
  void answersComeToAnInboxOfTheUser() {
    assertThat(((NatsBus) bus()).newInbox()).startsWith("_INBOX." + NatsServer.USER + ".");
  }

  @Test
  void credentialsDoNotBelongInAnAddress() {
    URI address = URI.create("nats://user:secret@127.0.0.1:4222");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NatsBus.Config(List.of(address), "test", null, null))
        .withMessageNotContaining("secret");
    assertThat(config(server.address(), "hidden").toString()).doesNotContain("hidden");
  }

  @Test
  void oneDeadServerOfTwoIsPassedOver() {
    URI dead = URI.create("nats://127.0.0.1:1");
    try (SystemScheduler scheduler = new SystemScheduler();
        MessageBus other =
            new NatsBus(
                new NatsBus.Config(
                    List.of(dead, server.address()), "test", NatsServer.USER, NatsServer.PASSWORD),
                scheduler)) {
      other.start();
      List<Note> got = new CopyOnWriteArrayList<>();
      other.subscribe(NEWS, incoming -> incoming.message().ifPresent(got::add));
      bus().publish(NEWS, Note.of("found"));
      Eventually.until("it has come", () -> got.size() == 1);
    }
  }

  private static NatsBus.Config config(URI address, String password) {
    return new NatsBus.Config(List.of(address), "test", NatsServer.USER, password);
  }
}
