package bellows.bus;

import java.util.ArrayList;
import java.util.List;

/** The life of a question: ends once, by its asker, by time, or with the bus. Thread-safe. */
final class Inbox implements MessageBus.Subscription {
  private final List<Runnable> releases = new ArrayList<>();
  private boolean closed;

  /** Runs {@code release} when the inbox closes; at once when it is closed already. */
  void whenClosed(Runnable release) {
    synchronized (this) {
      if (!closed) {
        releases.add(release);
        return;
      }
    }
    release.run();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    List<Runnable> due;
    synchronized (this) {
      closed = true;
      due = List.copyOf(releases);
      releases.clear();
    }
    due.forEach(Runnable::run);
  }
}
