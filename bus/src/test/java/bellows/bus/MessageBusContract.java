package bellows.bus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import bellows.base.time.Scheduler;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every bus promises. */
abstract class MessageBusContract {
  private static final Subject<Note> NOTES = new Subject<>("notes.kitchen", Note.class);
  private static final Subject<Note> ASK = new Subject<>("ask", Note.class);
  private static final Duration SOON = Duration.ofSeconds(5);

  /** Long enough to be noticed, short enough to be waited for. */
  private static final Duration SHORT = Duration.ofMillis(150);

  private final SystemScheduler scheduler = new SystemScheduler();
  private MessageBus bus;

  /** A message. */
  record Note(String text, int number) {
    static Note of(String text) {
      return new Note(text, 0);
    }
  }

  abstract MessageBus create(Scheduler scheduler);

  @BeforeEach
  void start() {
    bus = create(scheduler);
    bus.start();
  }

  @AfterEach
  void close() {
    bus.close();
    scheduler.close();
  }

  @Test
  void everySubscriberGetsEveryMessage() {
    List<Note> first = collect(NOTES);
    List<Note> second = collect(NOTES);
    bus.publish(NOTES, Note.of("salt"));
    Eventually.until("both have it", () -> first.size() == 1 && second.size() == 1);
    assertThat(first).containsExactly(Note.of("salt"));
    assertThat(second).containsExactly(Note.of("salt"));
  }

  @Test
  void messagesOfOnePublisherArriveInOrder() {
    List<Note> got = collect(NOTES);
    for (int i = 0; i < 1000; i++) {
      bus.publish(NOTES, new Note("n", i));
    }
    Eventually.until("all have come", () -> got.size() == 1000);
    assertThat(got).extracting(Note::number).isEqualTo(IntStream.range(0, 1000).boxed().toList());
  }

  @Test
  void handlersOfOneSubscriptionNeverOverlap() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    bus.subscribe(
        NOTES,
        incoming -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          LockSupport.parkNanos(1_000); // time for another one to come in
          inside.decrementAndGet();
          done.incrementAndGet();
        });
    for (int i = 0; i < 200; i++) {
      bus.publish(NOTES, new Note("n", i));
    }
    Eventually.until("all are handled", () -> done.get() == 200);
    assertThat(most).hasValue(1);
  }

  @Test
  void oneMemberOfEachQueueGroupGetsAMessage() {
    List<Note> cooks = new CopyOnWriteArrayList<>();
    List<Note> waiters = new CopyOnWriteArrayList<>();
    List<Note> guest = collect(NOTES);
    for (int member = 0; member < 3; member++) {
      bus.subscribe(NOTES, "cooks", incoming -> incoming.message().ifPresent(cooks::add));
      bus.subscribe(NOTES, "waiters", incoming -> incoming.message().ifPresent(waiters::add));
    }
    for (int i = 0; i < 100; i++) {
      bus.publish(NOTES, new Note("n", i));
    }
    Eventually.until("the guest has all", () -> guest.size() == 100);
    Eventually.until("both groups", () -> cooks.size() >= 100 && waiters.size() >= 100);
    assertThat(cooks).hasSize(100).doesNotHaveDuplicates();
    assertThat(waiters).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void groupMembersShareTheWork() {
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    bus.subscribe(NOTES, "cooks", incoming -> first.incrementAndGet());
    bus.subscribe(NOTES, "cooks", incoming -> second.incrementAndGet());
    for (int i = 0; i < 200; i++) {
      bus.publish(NOTES, new Note("n", i));
    }
    Eventually.until("all are handled", () -> first.get() + second.get() == 200);
    assertThat(first.get()).isPositive();
    assertThat(second.get()).isPositive();
  }

  @Test
  void oneGroupOnTwoPatternsStillGetsOneCopy() {
    List<String> got = new CopyOnWriteArrayList<>();
    bus.subscribe(notes("notes.*"), "cooks", incoming -> got.add(incoming.subject()));
    bus.subscribe(notes("notes.>"), "cooks", incoming -> got.add(incoming.subject()));
    List<Note> all = collect(notes(">"));
    bus.publish(NOTES, Note.of("a"));
    Eventually.until("it has come", () -> all.size() == 1 && !got.isEmpty());
    assertThat(got).containsExactly("notes.kitchen");
  }

  @Test
  void aStarStandsForOneToken() {
    List<String> got = subjects("notes.*.hot");
    List<Note> all = collect(notes(">"));
    publish(
        "notes.soup.hot", "notes.hot", "notes.soup.very.hot", "notes.tea.hot", "notes.tea.cold");
    Eventually.until("all have come", () -> all.size() == 5 && got.size() >= 2);
    assertThat(got).containsExactly("notes.soup.hot", "notes.tea.hot");
  }

  @Test
  void aLastGreaterStandsForOneOrMoreTokens() {
    List<String> got = subjects("notes.>");
    List<Note> all = collect(notes(">"));
    publish("notes", "notes.a", "notes.a.b.c", "other.a");
    Eventually.until("all have come", () -> all.size() == 4 && got.size() >= 2);
    assertThat(got).containsExactly("notes.a", "notes.a.b.c");
  }

  @Test
  void aStarInsideATokenIsJustALetter() {
    List<String> got = subjects("notes.a*");
    publish("notes.ab", "notes.a*");
    Eventually.until("one has come", () -> !got.isEmpty());
    assertThat(got).containsExactly("notes.a*");
  }

  @Test
  void nobodyPublishesToAPattern() {
    assertThatIllegalArgumentException().isThrownBy(() -> publish("notes.*"));
    assertThatIllegalArgumentException().isThrownBy(() -> publish("notes.>"));
  }

  @Test
  void aClosedSubscriptionGetsNothingMore() {
    List<Note> stays = collect(NOTES);
    List<Note> goes = new CopyOnWriteArrayList<>();
    MessageBus.Subscription subscription =
        bus.subscribe(NOTES, incoming -> incoming.message().ifPresent(goes::add));
    bus.publish(NOTES, Note.of("before"));
    Eventually.until("it has come", () -> goes.size() == 1);
    subscription.close();
    subscription.close();
    bus.publish(NOTES, Note.of("after"));
    Eventually.until("it has come", () -> stays.size() == 2);
    assertThat(goes).containsExactly(Note.of("before"));
  }

  @Test
  void aSubscriptionMayCloseItselfInItsHandler() throws Exception {
    AtomicInteger count = new AtomicInteger();
    List<MessageBus.Subscription> self = new CopyOnWriteArrayList<>();
    CountDownLatch ready = new CountDownLatch(1);
    self.add(
        bus.subscribe(
            NOTES,
            incoming -> {
              await(ready);
              count.incrementAndGet();
              self.getFirst().close();
            }));
    for (int i = 0; i < 10; i++) {
      bus.publish(NOTES, new Note("n", i));
    }
    List<Note> later = collect(NOTES);
    ready.countDown();
    Eventually.until("one is handled", () -> count.get() >= 1);
    bus.publish(NOTES, Note.of("last"));
    Eventually.until("it has come", () -> later.contains(Note.of("last")));
    assertThat(count).hasValue(1);
  }

  @Test
  void bytesPassAsTheyAre() {
    Subject<byte[]> raw = new Subject<>("raw", byte[].class);
    List<byte[]> got = new CopyOnWriteArrayList<>();
    bus.subscribe(raw, incoming -> incoming.message().ifPresent(got::add));
    byte[] sent = {0, 1, (byte) 0xff, '{'};
    bus.publish(raw, sent);
    Eventually.until("it has come", () -> got.size() == 1);
    assertThat(got.getFirst()).isEqualTo(sent);
  }

  @Test
  void anEmptyBodyIsAbsent() {
    List<Boolean> present = new CopyOnWriteArrayList<>();
    bus.subscribe(NOTES, incoming -> present.add(incoming.message().isPresent()));
    bus.publish(new Subject<>(NOTES.name(), byte[].class), new byte[0]);
    bus.publish(NOTES, Note.of("full"));
    Eventually.until("both have come", () -> present.size() == 2);
    assertThat(present).containsExactly(false, true);
  }

  @Test
  void whatDoesNotFitTheTypeIsLeftOutAndCounted() {
    List<Note> got = collect(NOTES);
    publishRaw("no json at all");
    publishRaw("{\"number\":\"seven\"}");
    publishRaw("{\"number\":7");
    publishRaw("[]");
    bus.publish(NOTES, Note.of("good"));
    Eventually.until("the good one has come", () -> got.size() == 1);
    assertThat(got).containsExactly(Note.of("good"));
    assertThat(bus.failed()).isEqualTo(4);
  }

  @Test
  void unknownKeysAreIgnored() {
    List<Note> got = collect(NOTES);
    publishRaw("{\"text\":\"a\",\"number\":1,\"colour\":\"red\"}");
    Eventually.until("it has come", () -> got.size() == 1);
    assertThat(got).containsExactly(new Note("a", 1));
  }

  @Test
  void aHandlerThatThrowsIsCountedAndCalledAgain() {
    List<Integer> seen = new CopyOnWriteArrayList<>();
    bus.subscribe(
        NOTES,
        incoming -> {
          seen.add(incoming.message().orElseThrow().number());
          throw new IllegalStateException("burnt");
        });
    List<Note> other = collect(NOTES);
    bus.publish(NOTES, new Note("n", 1));
    bus.publish(NOTES, new Note("n", 2));
    Eventually.until("both were tried", () -> bus.failed() == 2 && other.size() == 2);
    assertThat(seen).containsExactly(1, 2);
  }

  @Test
  void aMessageTooLongIsRefusedByItsPublisher() {
    Subject<byte[]> raw = new Subject<>("raw", byte[].class);
    List<Integer> sizes = new CopyOnWriteArrayList<>();
    bus.subscribe(raw, incoming -> sizes.add(incoming.message().orElseThrow().length));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bus.publish(raw, new byte[MessageBus.MAX_MESSAGE_BYTES + 1]));
    bus.publish(raw, new byte[MessageBus.MAX_MESSAGE_BYTES]);
    Eventually.until("the longest one has come", () -> sizes.size() == 1);
    assertThat(sizes).containsExactly(MessageBus.MAX_MESSAGE_BYTES);
  }

  @Test
  void aSlowSubscriberLosesTheOldestAndHoldsUpNobody() throws Exception {
    int extra = 1000;
    int total = MessageBus.PENDING_LIMIT + extra;
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<Integer> slow = new ArrayList<>(total);
    AtomicInteger quick = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    bus.subscribe(
        NOTES,
        incoming -> {
          entered.countDown();
          await(go);
          slow.add(incoming.message().orElseThrow().number());
          handled.incrementAndGet();
        });
    bus.publish(NOTES, new Note("n", -1));
    assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
    bus.subscribe(NOTES, incoming -> quick.incrementAndGet());
    for (int i = 0; i < total; i++) {
      bus.publish(NOTES, new Note("n", i));
      if (i % 50_000 == 0) {
        int sent = i;
        Eventually.until("the quick one keeps up", () -> quick.get() >= sent);
      }
    }
    Eventually.until("the quick one has all", Duration.ofSeconds(30), () -> quick.get() == total);
    Eventually.until("the rest is dropped", () -> bus.dropped() == extra);
    go.countDown();
    Eventually.until(
        "the slow one is done",
        Duration.ofSeconds(30),
        () -> handled.get() == MessageBus.PENDING_LIMIT + 1);
    assertThat(slow.get(0)).isEqualTo(-1);
    assertThat(slow.get(1)).isEqualTo(extra);
    assertThat(slow.getLast()).isEqualTo(total - 1);
  }

  @Test
  void whatWaitsIsBoundedInBytesToo() throws Exception {
    Subject<byte[]> raw = new Subject<>("raw", byte[].class);
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    bus.subscribe(
        raw,
        incoming -> {
          entered.countDown();
          await(go);
        });
    bus.publish(raw, new byte[1]);
    assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();
    int fit = (int) (MessageBus.PENDING_BYTES_LIMIT / MessageBus.MAX_MESSAGE_BYTES);
    for (int i = 0; i < fit + 3; i++) {
      bus.publish(raw, new byte[MessageBus.MAX_MESSAGE_BYTES]);
    }
    Eventually.until("three are dropped", () -> bus.dropped() == 3);
    go.countDown();
  }

  @Test
  void aQuestionGetsItsAnswer() {
    answer("yes");
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 1, SOON)).containsExactly(Note.of("yes"));
  }

  @Test
  void theAskedSeesThatSomebodyWaits() {
    List<Boolean> waits = new CopyOnWriteArrayList<>();
    bus.subscribe(
        ASK,
        incoming -> {
          waits.add(incoming.wantsReply());
          incoming.reply(Note.of("ok"));
        });
    bus.publish(ASK, Note.of("told"));
    bus.request(ASK, Note.of("asked"), Note.class, 1, SOON);
    assertThat(waits).containsExactly(false, true);
  }

  @Test
  void manyAnswerOneQuestion() {
    for (String name : List.of("a", "b", "c")) {
      answer(name);
    }
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 3, SOON))
        .extracting(Note::text)
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void theFirstAnswersAreEnough() {
    for (String name : List.of("a", "b", "c")) {
      answer(name);
    }
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 2, SOON)).hasSize(2);
  }

  @Test
  void fewerAnswersThanHopedForAreReturnedInTime() {
    answer("a");
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 5, SHORT)).containsExactly(Note.of("a"));
  }

  @Test
  void silenceIsNoError() {
    bus.subscribe(ASK, incoming -> {});
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 1, SHORT)).isEmpty();
  }

  @Test
  void aQuestionThatNobodyHearsComesBackAtOnce() {
    CountDownLatch back = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          bus.request(ASK, Note.of("?"), Note.class, 1, Duration.ofHours(1));
          back.countDown();
        });
    Eventually.until("it is back", () -> back.getCount() == 0);
  }

  @Test
  void anAnswerThatDoesNotFitIsLeftOut() {
    bus.subscribe(
        ASK,
        incoming -> {
          incoming.reply("[1]".getBytes(UTF_8));
          incoming.reply(new byte[0]);
          incoming.reply(Note.of("good"));
        });
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 1, SOON))
        .containsExactly(Note.of("good"));
    assertThat(bus.failed()).isEqualTo(1);
  }

  @Test
  void aStreamOfAnswersEndsWhenTheHandlerHasEnough() {
    List<Note> got = new CopyOnWriteArrayList<>();
    bus.subscribe(
        ASK,
        incoming -> {
          for (int i = 0; i < 10; i++) {
            incoming.reply(new Note("n", i));
          }
        });
    bus.requestStream(
        ASK,
        Note.of("?"),
        Note.class,
        SOON,
        note -> {
          got.add(note);
          return note.number() < 1;
        });
    Eventually.until("two have come", () -> got.size() >= 2);
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 10, SOON)).hasSize(10);
    assertThat(got).extracting(Note::number).containsExactly(0, 1);
  }

  @Test
  void aStreamOfAnswersEndsInTime() {
    List<MessageBus.Incoming<Note>> asked = new CopyOnWriteArrayList<>();
    List<Note> got = new CopyOnWriteArrayList<>();
    bus.subscribe(ASK, asked::add);
    bus.requestStream(ASK, Note.of("?"), Note.class, SHORT, got::add);
    Eventually.until("the question has come", () -> asked.size() == 1);
    asked.getFirst().reply(Note.of("in time"));
    Eventually.until("the answer has come", () -> got.size() == 1);
    CountDownLatch over = new CountDownLatch(1);
    scheduler.after(SHORT.multipliedBy(2), over::countDown);
    await(over);
    asked.getFirst().reply(Note.of("too late"));
    answer("barrier");
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 1, SOON)).hasSize(1);
    assertThat(got).containsExactly(Note.of("in time"));
  }

  @Test
  void closingAStreamOfAnswersEndsIt() {
    List<MessageBus.Incoming<Note>> asked = new CopyOnWriteArrayList<>();
    List<Note> got = new CopyOnWriteArrayList<>();
    bus.subscribe(ASK, asked::add);
    MessageBus.Subscription stream =
        bus.requestStream(ASK, Note.of("?"), Note.class, SOON, got::add);
    Eventually.until("the question has come", () -> asked.size() == 1);
    stream.close();
    asked.getFirst().reply(Note.of("late"));
    answer("barrier");
    assertThat(bus.request(ASK, Note.of("?"), Note.class, 1, SOON)).hasSize(1);
    assertThat(got).isEmpty();
  }

  @Test
  void aHandlerMayAskAQuestionItself() {
    answer("deep");
    Subject<Note> outer = new Subject<>("outer", Note.class);
    bus.subscribe(
        outer,
        incoming -> incoming.reply(bus.request(ASK, Note.of("?"), Note.class, 1, SOON).getFirst()));
    assertThat(bus.request(outer, Note.of("?"), Note.class, 1, SOON))
        .containsExactly(Note.of("deep"));
  }

  @Test
  void aBusThatRunsIsConnected() {
    assertThat(bus.connected()).isTrue();
    bus.close();
    assertThat(bus.connected()).isFalse();
  }

  @Test
  void startAndCloseMayComeTwice() {
    bus.start();
    List<Note> got = collect(NOTES);
    bus.publish(NOTES, Note.of("one"));
    Eventually.until("it has come", () -> got.size() == 1);
    bus.close();
    bus.close();
  }

  @Test
  void aClosedBusTakesNoSubscriberAndLosesMessages() {
    bus.close();
    bus.publish(NOTES, Note.of("lost"));
    assertThatIllegalStateException().isThrownBy(() -> collect(NOTES));
  }

  @Test
  void aBusThatWasNeverStartedCanBeClosed() {
    try (MessageBus never = create(scheduler)) {
      never.publish(NOTES, Note.of("lost"));
      assertThatIllegalStateException().isThrownBy(() -> never.subscribe(NOTES, incoming -> {}));
      assertThat(never.connected()).isFalse();
    }
  }

  @Test
  void closingTheBusEndsOpenQuestions() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(1);
    bus.subscribe(ASK, incoming -> asked.countDown());
    Thread.ofVirtual()
        .start(() -> {
          bus.request(ASK, Note.of("?"), Note.class, 1, Duration.ofHours(1));
          back.countDown();
        });
    await(asked);
    bus.close();
    Eventually.until("the asker is back", () -> back.getCount() == 0);
  }

  final MessageBus bus() {
    return bus;
  }

  final <T> List<T> collect(Subject<T> subject) {
    List<T> got = new CopyOnWriteArrayList<>();
    bus.subscribe(subject, incoming -> incoming.message().ifPresent(got::add));
    return got;
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void answer(String text) {
    bus.subscribe(ASK, incoming -> incoming.reply(Note.of(text)));
  }

  private List<String> subjects(String pattern) {
    List<String> got = new CopyOnWriteArrayList<>();
    bus.subscribe(notes(pattern), incoming -> got.add(incoming.subject()));
    return got;
  }

  private void publish(String... subjects) {
    for (String subject : subjects) {
      bus.publish(notes(subject), Note.of(subject));
    }
  }

  private void publishRaw(String body) {
    bus.publish(new Subject<>(NOTES.name(), byte[].class), body.getBytes(UTF_8));
  }

  private static Subject<Note> notes(String name) {
    return new Subject<>(name, Note.class);
  }
}
