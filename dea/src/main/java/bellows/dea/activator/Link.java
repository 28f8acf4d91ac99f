package bellows.dea.activator;

import bellows.dea.activator.Flow.Outcome;
import bellows.warden.kernel.Sockets;
import bellows.warden.kernel.Syscalls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One caller, from the accepted connection to its end: silent, waiting for the placement, being
 * connected, spliced, or being told why not. Only the activator's thread touches it.
 */
final class Link {
  /** Enough for a request line and the headers that browsers put in front. */
  private static final int PEEKED = 2048;

  /** How a caller gets on. */
  enum Stage {
    SILENT,
    WAITING,
    CONNECTING,
    OPEN,
    /** The refusal is sent; what the caller still says is read, or it would lose the answer. */
    LEAVING,
    CLOSED
  }

  private final int client;
  private final int port;
  private final String peer;
  private final boolean wakesOnConnect;
  private final Activator activator;
  private Stage stage = Stage.SILENT;
  private long since;
  private FirstBytes firstBytes = FirstBytes.NONE;
  private @Nullable Visit visit;
  private int backend = -1;
  private @Nullable Flow up;
  private @Nullable Flow down;
  private boolean answered;
  private long movedAtLastLook;

  Link(int client, int port, boolean wakesOnConnect, Activator activator) {
    this.client = client;
    this.port = port;
    this.peer = Sockets.peer(client);
    this.wakesOnConnect = wakesOnConnect;
    this.activator = activator;
    this.since = activator.nanoTime();
  }

  int client() {
    return client;
  }

  int port() {
    return port;
  }

  /** The caller's address. */
  String peer() {
    return peer;
  }

  /** One of its sockets has changed. */
  void ready(boolean clientBroken) {
    switch (stage) {
      case SILENT -> listen();
      case WAITING -> {
        if (clientBroken) {
          close();
        }
      }
      case CONNECTING -> connected();
      case OPEN -> splice();
      case LEAVING -> readOut();
      case CLOSED -> {}
    }
  }

  private void listen() {
    byte[] bytes = new byte[PEEKED];
    int length = Sockets.peek(client, bytes);
    if (length > 0) {
      firstBytes = FirstBytes.of(bytes, length);
    }
    if (length > 0 || (wakesOnConnect && length == Sockets.WOULD_WAIT)) {
      enter(Stage.WAITING);
      activator.visit(
          this, new Caller("connection from " + peer, firstBytes.request(), firstBytes.client()));
    } else if (length != Sockets.WOULD_WAIT) {
      close();
    }
  }

  /** The placement serves it. */
  void admit(Visit admission) {
    if (stage != Stage.WAITING) {
      admission.arrived();
      return;
    }
    visit = admission;
    backend = Sockets.connect(admission.ip(), admission.port());
    Sockets.keepAlive(backend, activator.silence());
    up = new Flow(client, backend, activator.pipes());
    down = new Flow(backend, client, activator.pipes());
    enter(Stage.CONNECTING);
    activator.watch(backend, this);
  }

  private void connected() {
    if (Sockets.error(backend) != 0) {
      // It listened a moment ago, so it is dying: its end will be told by those who watch it.
      refuse(Refusal.WAKE_FAILED, Duration.ofSeconds(1));
      return;
    }
    if (!Sockets.peer(backend).isEmpty()) {
      enter(Stage.OPEN);
      splice();
    }
  }

  private void splice() {
    Flow toApp = up;
    Flow toClient = down;
    if (toApp == null || toClient == null) {
      return;
    }
    Outcome sent = toApp.move();
    Outcome received = toClient.move();
    arrived();
    if (!answered && toClient.moved() > 0 && visit != null) {
      answered = true;
      visit.answered();
    }
    // An app may refuse the rest of a request and still answer it: only its own end ends the link.
    boolean upOver = sent == Outcome.ENDED || sent == Outcome.BROKEN;
    if (received == Outcome.BROKEN || (received == Outcome.ENDED && upOver)) {
      close();
    } else if (sent == Outcome.HAS_MORE || received == Outcome.HAS_MORE) {
      activator.again(this);
    }
  }

  /** The placement does not serve it. */
  void refuse(Refusal refusal, Duration retryAfter) {
    if (stage == Stage.CLOSED || stage == Stage.LEAVING || stage == Stage.OPEN) {
      return;
    }
    activator.refused(refusal);
    dropBackend();
    if (firstBytes.http()) {
      Sockets.send(client, refusal.http(retryAfter));
    }
    Sockets.endWriting(client);
    enter(Stage.LEAVING);
    readOut();
  }

  private void readOut() {
    byte[] ignored = new byte[PEEKED];
    int length;
    do {
      length = Sockets.read(client, ignored);
    } while (length > 0);
    if (length != Sockets.WOULD_WAIT) {
      close();
    }
  }

  /** Looks whether its time is up. */
  void look(Activator.Config limits, long now) {
    Duration age = Duration.ofNanos(now - since);
    switch (stage) {
      case SILENT -> {
        if (age.compareTo(limits.silence()) >= 0) {
          close();
        }
      }
      case WAITING, CONNECTING -> {
        if (age.compareTo(limits.deadline()) >= 0) {
          refuse(Refusal.DEADLINE, limits.deadline());
        }
      }
      case LEAVING -> {
        if (age.compareTo(limits.farewell()) >= 0) {
          close();
        }
      }
      case OPEN -> {
        // A connection with one end closed and nothing moving has been forgotten by its owner. One
        // that is open and silent lives as long as one through the kernel: until one side ends, as
        // the program does when it falls asleep, or is found to be gone.
        long moved = moved();
        if (moved != movedAtLastLook || !halfOver()) {
          movedAtLastLook = moved;
          since = now;
        } else if (age.compareTo(limits.silence()) >= 0) {
          close();
        }
      }
      case CLOSED -> {}
    }
  }

  private long moved() {
    return (up == null ? 0 : up.moved()) + (down == null ? 0 : down.moved());
  }

  private boolean halfOver() {
    return (up != null && up.over()) || (down != null && down.over());
  }

  private void enter(Stage next) {
    activator.moved(this, stage, next);
    stage = next;
    if (next != Stage.CONNECTING) { // which is still waiting, within the same deadline
      since = activator.nanoTime();
    }
  }

  private void arrived() {
    if (visit != null) {
      visit.arrived();
    }
  }

  void close() {
    if (stage != Stage.CLOSED) {
      enter(Stage.CLOSED);
      dropBackend();
      activator.forget(client);
      Syscalls.close(client);
    }
  }

  private void dropBackend() {
    arrived();
    if (up != null) {
      up.close();
      up = null;
    }
    if (down != null) {
      down.close();
      down = null;
    }
    if (backend >= 0) {
      activator.forget(backend);
      Syscalls.close(backend);
      backend = -1;
    }
  }
}
