package bellows.bus;

import bellows.base.time.Scheduler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bus of one process. Behaves as NATS does, JSON included, so that what works here works on
 * many machines; costs no thread while nothing is published.
 */
public final class InProcessBus extends TypedBus {
  private final Map<String, List<Listener>> bySubject = new ConcurrentHashMap<>();
  private final List<Listener> byPattern = new CopyOnWriteArrayList<>();
  private final AtomicLong inboxNumber = new AtomicLong();
  private volatile boolean running;

  /** Who gets what. */
  private record Listener(
      SubjectPattern pattern, @Nullable String queueGroup, Consumer<Envelope> receiver) {}

  /**
   * @param scheduler ends streams of answers
   */
  public InProcessBus(Scheduler scheduler) {
    super(scheduler);
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void close() {
    running = false;
    bySubject.clear();
    byPattern.clear();
    closeInboxes();
  }

  @Override
  public boolean connected() {
    return running;
  }

  /** Never called: this bus is never away. */
  @Override
  public void onReconnect(Runnable listener) {}

  @Override
  void send(Envelope envelope) {
    List<Listener> receivers = running ? receivers(envelope.subject()) : List.of();
    for (Listener listener : receivers) {
      listener.receiver().accept(envelope);
    }
    if (receivers.isEmpty() && envelope.replyTo() != null) {
      send(Envelope.nobodyListens(envelope.replyTo()));
    }
  }

  @Override
  Subscription listen(String pattern, @Nullable String queueGroup, Consumer<Envelope> receiver) {
    if (!running) {
      throw new IllegalStateException("the bus does not run");
    }
    Listener listener = new Listener(new SubjectPattern(pattern), queueGroup, receiver);
    if (SubjectPattern.hasWildcard(pattern)) {
      byPattern.add(listener);
      return () -> byPattern.remove(listener);
    }
    bySubject.compute(
        pattern,
        (key, before) -> {
          List<Listener> after = before == null ? new ArrayList<>() : new ArrayList<>(before);
          after.add(listener);
          return List.copyOf(after);
        });
    return () -> remove(pattern, listener);
  }

  @Override
  Subscription listenToInbox(String inbox, Consumer<Envelope> receiver) {
    return listen(inbox, null, receiver);
  }

  @Override
  String newInbox() {
    return "_INBOX." + inboxNumber.incrementAndGet();
  }

  @Override
  long droppedOnTheWay() {
    return 0;
  }

  private void remove(String subject, Listener listener) {
    bySubject.computeIfPresent(
        subject,
        (key, before) -> {
          List<Listener> after = before.stream().filter(each -> !each.equals(listener)).toList();
          return after.isEmpty() ? null : after;
        });
  }

  /** Everyone who subscribed alone, and one of each queue group. */
  private List<Listener> receivers(String subject) {
    List<Listener> matching = new ArrayList<>(bySubject.getOrDefault(subject, List.of()));
    if (!byPattern.isEmpty()) {
      String[] tokens = SubjectPattern.split(subject);
      for (Listener listener : byPattern) {
        if (listener.pattern().matches(tokens)) {
          matching.add(listener);
        }
      }
    }
    List<Listener> receivers = new ArrayList<>();
    Map<String, List<Listener>> groups = new HashMap<>();
    for (Listener listener : matching) {
      if (listener.queueGroup() == null) {
        receivers.add(listener);
      } else {
        groups.computeIfAbsent(listener.queueGroup(), key -> new ArrayList<>()).add(listener);
      }
    }
    for (List<Listener> group : groups.values()) {
      receivers.add(group.get(ThreadLocalRandom.current().nextInt(group.size())));
    }
    return receivers;
  }
}
