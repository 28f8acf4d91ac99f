package bellows.bus;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for one subscriber. Hands over one message at a time, in order, on a virtual thread
 * that lives only while there is something to hand over. When full, the oldest message goes: the
 * newest heartbeat or registration says more than the oldest.
 */
final class Mailbox {
  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

  private final String subject;
  private final Consumer<Envelope> handler;
  private final LongAdder dropped;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Envelope> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean busy;
  private boolean full;
  private boolean closed;

  /**
   * @param handler must not throw
   * @param dropped counts what did not fit
   */
  Mailbox(String subject, Consumer<Envelope> handler, LongAdder dropped) {
    this.subject = subject;
    this.handler = handler;
    this.dropped = dropped;
  }

  /** Never blocks. */
  void offer(Envelope envelope) {
    boolean wake;
    boolean overflow;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      overflow = makeRoom(envelope) && !full;
      full |= overflow;
      waiting.add(envelope);
      waitingBytes += envelope.body().length;
      wake = !busy;
      busy = true;
    } finally {
      lock.unlock();
    }
    if (overflow) {
      log.atWarn().addKeyValue("subject", subject).log("subscriber.slow");
    }
    if (wake) {
      Thread.ofVirtual().name("bus " + subject).start(this::drain);
    }
  }

  /** What waits is forgotten; a handler that runs is left to end. */
  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      waitingBytes = 0;
    } finally {
      lock.unlock();
    }
  }

  private boolean makeRoom(Envelope envelope) {
    boolean any = false;
    while (waiting.size() >= MessageBus.PENDING_LIMIT
        || (!waiting.isEmpty()
            && waitingBytes + envelope.body().length > MessageBus.PENDING_BYTES_LIMIT)) {
      waitingBytes -= waiting.remove().body().length;
      dropped.increment();
      any = true;
    }
    return any;
  }

  private void drain() {
    for (Envelope next = next(); next != null; next = next()) {
      handler.accept(next);
    }
  }

  private @Nullable Envelope next() {
    lock.lock();
    try {
      Envelope next = waiting.poll();
      if (next == null) {
        busy = false;
        full = false;
      } else {
        waitingBytes -= next.body().length;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }
}
