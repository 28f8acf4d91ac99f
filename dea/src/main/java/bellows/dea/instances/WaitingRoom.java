package bellows.dea.instances;

import bellows.dea.activator.Visit;
import bellows.dea.activator.WakeException;
import bellows.dea.sleep.Presence;
import bellows.dea.sleep.Presence.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The callers of one instance and what they wait for: one lock around its {@link Presence}.
 *
 * <p>Thread-safe; callers are told outside the lock.
 */
final class WaitingRoom {
  private final Runnable whenAnswered;
  private final List<CompletableFuture<Visit>> waiting = new ArrayList<>();
  private Presence presence;
  private byte[] ip = {};
  private @Nullable WakeException over;

  /**
   * @param whenAnswered told each time that the program begins to answer a caller
   */
  WaitingRoom(Presence presence, Runnable whenAnswered) {
    this.presence = presence;
    this.whenAnswered = whenAnswered;
  }

  /**
   * @param start whether who has come has to start the program
   */
  record Admission(CompletableFuture<Visit> visit, boolean start) {}

  /** A caller comes. */
  Admission enter() {
    CompletableFuture<Visit> visit = new CompletableFuture<>();
    synchronized (this) {
      if (over != null) {
        visit.completeExceptionally(over);
        return new Admission(visit, false);
      }
      Entry entry = take(presence.enter());
      if (entry != Entry.SERVED) {
        waiting.add(visit);
        return new Admission(visit, entry == Entry.START);
      }
      visit.complete(new Guest(ip));
    }
    return new Admission(visit, false);
  }

  /** See {@link Presence#hold}; until {@link #arrived}. */
  synchronized boolean hold() {
    return over == null && take(presence.hold());
  }

  /** Another container serves those who come from now on. */
  synchronized void servedAt(byte[] address) {
    ip = address.clone();
  }

  /** See {@link Presence#leave}. */
  synchronized boolean leave() {
    return over == null && take(presence.leave());
  }

  /** See {@link Presence#stay}. */
  synchronized void stay() {
    presence = presence.stay();
  }

  /** See {@link Presence#stop}. */
  synchronized boolean stop() {
    return take(presence.stop());
  }

  /** See {@link Presence#gone}. */
  synchronized boolean gone() {
    return over == null && take(presence.gone());
  }

  /**
   * It has come up without a program.
   *
   * @return true when somebody waits already, for whom it has to be started
   */
  synchronized boolean rest() {
    if (!waiting.isEmpty()) {
      return true;
    }
    presence = presence.failed();
    return false;
  }

  /**
   * The program listens: all who wait go to it. It cannot be put to sleep before {@link #arrived}.
   *
   * @return whether anybody has waited
   */
  boolean woke(byte[] address) {
    List<CompletableFuture<Visit>> served;
    synchronized (this) {
      ip = address.clone();
      served = drain();
      presence = presence.woke(served.size());
    }
    served.forEach(visit -> visit.complete(new Guest(address)));
    return !served.isEmpty();
  }

  /** It could not be started: all who wait are told, the next one may try again. */
  void failed(WakeException why) {
    List<CompletableFuture<Visit>> told;
    synchronized (this) {
      told = drain();
      presence = presence.failed();
    }
    told.forEach(visit -> visit.completeExceptionally(why));
  }

  /** It will never serve again. */
  void over(WakeException why) {
    List<CompletableFuture<Visit>> told;
    synchronized (this) {
      over = why;
      told = drain();
    }
    told.forEach(visit -> visit.completeExceptionally(why));
  }

  synchronized void arrived() {
    presence = presence.arrived();
  }

  /** No program, and nobody for whom it is started. */
  synchronized boolean empty() {
    return presence.phase() == Presence.Phase.ASLEEP;
  }

  /** It is being ended, and somebody has come who waits for the next one. */
  synchronized boolean hastens() {
    return presence.phase() == Presence.Phase.STOPPING && presence.wanted();
  }

  synchronized boolean awake() {
    return presence.awake();
  }

  private <T> T take(Presence.Step<T> step) {
    presence = step.next();
    return step.outcome();
  }

  private List<CompletableFuture<Visit>> drain() {
    List<CompletableFuture<Visit>> all = List.copyOf(waiting);
    waiting.clear();
    return all;
  }

  private final class Guest implements Visit {
    private final byte[] address;
    private final AtomicBoolean underway = new AtomicBoolean(true);

    private Guest(byte[] address) {
      this.address = address;
    }

    @Override
    public byte[] ip() {
      return address.clone();
    }

    @Override
    public int port() {
      return Instance.CONTAINER_PORT;
    }

    @Override
    public void arrived() {
      if (underway.getAndSet(false)) {
        WaitingRoom.this.arrived();
      }
    }

    @Override
    public void answered() {
      whenAnswered.run();
    }
  }
}
