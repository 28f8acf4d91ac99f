package bellows.bus;

import bellows.base.lifecycle.Component;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * At most once, unordered between subjects, in order per publisher and subject. A message is a
 * hint: it may be lost, late or doubled.
 *
 * <p>Thread-safe. Handlers run on virtual threads of the bus, one at a time and in order per
 * subscription; a slow handler delays only itself, and its queue is bounded: the oldest messages
 * are dropped and counted. A handler that throws costs one log line and one counter, nothing else.
 */
public interface MessageBus extends Component {
  /** Messages that one subscription may hold back; the value that gorouter and hm9000 use. */
  int PENDING_LIMIT = 131_072;

  /** Bytes that one subscription may hold back. */
  long PENDING_BYTES_LIMIT = 64L << 20;

  /**
   * What a nats-server takes unless told otherwise; the same everywhere, so that nothing works on
   * one machine only.
   */
  int MAX_MESSAGE_BYTES = 1 << 20;

  /**
   * Sends to every subscriber, and to one member of each queue group. Never blocks on a subscriber.
   * What is published before {@link #start}, after {@link #close} or while not {@link #connected}
   * is lost.
   *
   * @throws IllegalArgumentException when the message has more than {@link #MAX_MESSAGE_BYTES}
   */
  <T> void publish(Subject<T> subject, T message);

  /**
   * Every message reaches the handler. An empty body is handed over as absent; what does not fit
   * the type is logged, counted and left out.
   *
   * @throws IllegalStateException before {@link #start} and after {@link #close}
   */
  <T> Subscription subscribe(Subject<T> subject, Consumer<Incoming<T>> handler);

  /** Each message reaches one member of the group. */
  <T> Subscription subscribe(Subject<T> subject, String queueGroup, Consumer<Incoming<T>> handler);

  /**
   * Asks and collects answers until {@code maxReplies} have come or {@code wait} is over; fewer,
   * even none, is no error. Comes back at once when nobody listens. Answers with an empty body do
   * not count.
   */
  <Q, R> List<R> request(
      Subject<Q> subject, Q question, Class<R> replyType, int maxReplies, Duration wait);

  /**
   * Asks and hands over each answer as it comes, until {@code handler} returns false, the inbox is
   * closed, or {@code wait} has passed since the question.
   */
  <Q, R> Subscription requestStream(
      Subject<Q> subject,
      Q question,
      Class<R> replyType,
      Duration wait,
      Function<R, Boolean> handler);

  /**
   * Called after the connection to the bus was lost and is there again: announce yourself again.
   */
  void onReconnect(Runnable listener);

  /** False while messages cannot pass; what is published then is lost. */
  boolean connected();

  /** Messages dropped because a subscriber was slow, since start. */
  long dropped();

  /** Messages that did not fit their type or whose handler threw, since start. */
  long failed();

  /** A message as it arrives. */
  interface Incoming<T> {
    /** The subject it was published on, without wildcards. */
    String subject();

    /** Absent when the body was empty. */
    Optional<T> message();

    /** True when the sender waits for an answer. */
    boolean wantsReply();

    /** Answers; may be called more than once; does nothing when nobody waits. */
    void reply(Object answer);
  }

  /** A standing subscription. */
  interface Subscription extends AutoCloseable {
    /** Ends it; a handler that runs is not interrupted. */
    @Override
    void close();
  }
}
