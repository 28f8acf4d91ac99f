package bellows.bus;

import bellows.base.time.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * What every bus does alike: messages as JSON, mailboxes, questions and answers, and what becomes
 * of bad messages and bad handlers. A subclass only moves bytes.
 */
abstract sealed class TypedBus implements MessageBus permits InProcessBus, NatsBus {
  private static final Logger log = LoggerFactory.getLogger(TypedBus.class);

  private final Scheduler scheduler;
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Set<Inbox> inboxes = ConcurrentHashMap.newKeySet();

  TypedBus(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Sends, or loses it when the bus cannot. To a question that has no subscriber at all the bus
   * answers {@link Envelope#nobodyListens}.
   */
  abstract void send(Envelope envelope);

  /**
   * Once it returns, whatever anybody publishes arrives.
   *
   * @param receiver must return at once
   * @throws IllegalStateException when the bus does not run
   */
  abstract Subscription listen(
      String pattern, @Nullable String queueGroup, Consumer<Envelope> receiver);

  /** As {@link #listen}, but what others publish arrives only once they answered a question. */
  abstract Subscription listenToInbox(String inbox, Consumer<Envelope> receiver);

  /** A subject that nobody else has. */
  abstract String newInbox();

  /** Messages that were dropped before they reached a mailbox. */
  abstract long droppedOnTheWay();

  /** Ends every open question, so that nobody waits for a bus that is gone. */
  final void closeInboxes() {
    inboxes.forEach(Inbox::close);
  }

  @Override
  public final <T> void publish(Subject<T> subject, T message) {
    send(Envelope.of(literal(subject), null, Codec.encode(message)));
  }

  @Override
  public final <T> Subscription subscribe(Subject<T> subject, Consumer<Incoming<T>> handler) {
    return subscribeAs(subject, null, handler);
  }

  @Override
  public final <T> Subscription subscribe(
      Subject<T> subject, String queueGroup, Consumer<Incoming<T>> handler) {
    return subscribeAs(subject, queueGroup, handler);
  }

  @Override
  public final <Q, R> List<R> request(
      Subject<Q> subject, Q question, Class<R> replyType, int maxReplies, Duration wait) {
    List<R> replies = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    Function<R, Boolean> collect =
        reply -> {
          replies.add(reply);
          return replies.size() < maxReplies;
        };
    try (Inbox inbox = ask(subject, question, replyType, collect)) {
      inbox.whenClosed(() -> done.complete(null));
      done.get(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Fewer answers than hoped for are an answer.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("is only ever completed with null", e);
    }
    return List.copyOf(replies);
  }

  @Override
  public final <Q, R> Subscription requestStream(
      Subject<Q> subject,
      Q question,
      Class<R> replyType,
      Duration wait,
      Function<R, Boolean> handler) {
    Inbox inbox = ask(subject, question, replyType, handler);
    Scheduler.Timer deadline = scheduler.after(wait, inbox::close);
    inbox.whenClosed(deadline::close);
    return inbox;
  }

  @Override
  public final long dropped() {
    return dropped.sum() + droppedOnTheWay();
  }

  @Override
  public final long failed() {
    return failed.sum();
  }

  private <T> Subscription subscribeAs(
      Subject<T> subject, @Nullable String queueGroup, Consumer<Incoming<T>> handler) {
    Mailbox mailbox =
        new Mailbox(
            subject.name(),
            envelope ->
                guarded(
                    envelope,
                    () -> {
                      Optional<T> message = Codec.decode(envelope.body(), subject.type());
                      handler.accept(new Arrived<>(envelope, message));
                    }),
            dropped);
    Subscription source = listen(subject.name(), queueGroup, mailbox::offer);
    return () -> {
      source.close();
      mailbox.close();
    };
  }

  /** The inbox closes itself when the handler has enough, or when nobody will ever answer. */
  private <Q, R> Inbox ask(
      Subject<Q> subject, Q question, Class<R> replyType, Function<R, Boolean> handler) {
    byte[] body = Codec.encode(question);
    String address = newInbox();
    Inbox inbox = new Inbox();
    Mailbox mailbox =
        new Mailbox(
            subject.name(),
            envelope -> {
              if (envelope.nobodyListens()) {
                inbox.close();
              } else if (!inbox.isClosed()) {
                guarded(
                    envelope,
                    () -> {
                      Optional<R> reply = Codec.decode(envelope.body(), replyType);
                      if (reply.isPresent() && !handler.apply(reply.get())) {
                        inbox.close();
                      }
                    });
              }
            },
            dropped);
    inbox.whenClosed(mailbox::close);
    try {
      Subscription answers = listenToInbox(address, mailbox::offer);
      inbox.whenClosed(answers::close);
      inboxes.add(inbox);
      inbox.whenClosed(() -> inboxes.remove(inbox));
      send(Envelope.of(literal(subject), address, body));
    } catch (RuntimeException e) {
      inbox.close();
      throw e;
    }
    return inbox;
  }

  private void guarded(Envelope envelope, Runnable work) {
    try {
      work.run();
    } catch (JacksonException e) {
      failed.increment();
      log.atWarn()
          .addKeyValue("subject", envelope.subject())
          .addKeyValue("problem", Codec.describe(e))
          .log("message.malformed");
    } catch (RuntimeException | Error e) {
      failed.increment();
      log.atError()
          .addKeyValue("subject", envelope.subject())
          .setCause(e)
          .log("message.handler_failed");
    }
  }

  private static String literal(Subject<?> subject) {
    if (SubjectPattern.hasWildcard(subject.name())) {
      throw new IllegalArgumentException("publish to one subject, not to " + subject.name());
    }
    return subject.name();
  }

  /** A message in a handler's hands. */
  private final class Arrived<T> implements Incoming<T> {
    private final Envelope envelope;
    private final Optional<T> message;

    private Arrived(Envelope envelope, Optional<T> message) {
      this.envelope = envelope;
      this.message = message;
    }

    @Override
    public String subject() {
      return envelope.subject();
    }

    @Override
    public Optional<T> message() {
      return message;
    }

    @Override
    public boolean wantsReply() {
      return envelope.replyTo() != null;
    }

    @Override
    public void reply(Object answer) {
      if (envelope.replyTo() != null) {
        send(Envelope.of(envelope.replyTo(), null, Codec.encode(answer)));
      }
    }
  }
}
