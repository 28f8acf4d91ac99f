package bellows.dea.activator;

import bellows.warden.kernel.Sockets;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: bytes go from socket to pipe to socket without leaving the kernel,
 * and the sender's end of writing is passed on after its last byte. For one thread.
 */
final class Flow {
  /** What a pipe holds by default. */
  private static final int CHUNK = 64 << 10;

  /** One flow's share before the others have their turn. */
  private static final int ROUNDS = 16;

  /** What a move came to. */
  enum Outcome {
    /** The sockets will tell when there is more to do. */
    WAITS,
    /** There may be more to do at once. */
    HAS_MORE,
    /** All bytes and the end were passed on. */
    ENDED,
    /** One of the sockets is broken. */
    BROKEN
  }

  private final int from;
  private final int to;
  private final Pipes pipes;
  private Sockets.@Nullable Pipe pipe;
  private int held;
  private boolean noMore;
  private @Nullable Outcome end;
  private long moved;

  Flow(int from, int to, Pipes pipes) {
    this.from = from;
    this.to = to;
    this.pipes = pipes;
  }

  /** Bytes passed on so far. */
  long moved() {
    return moved;
  }

  /** Nothing moves any more. */
  boolean over() {
    return end != null;
  }

  /** Moves what there is; once it ended or broke, that is the answer for ever. */
  Outcome move() {
    if (end != null) {
      return end;
    }
    Sockets.Pipe through = pipe == null ? pipes.take() : pipe;
    pipe = through;
    Outcome outcome = Outcome.HAS_MORE;
    for (int i = 0; i < ROUNDS && outcome == Outcome.HAS_MORE; i++) {
      outcome = round(through);
    }
    if (outcome == Outcome.ENDED || outcome == Outcome.BROKEN) {
      end = outcome;
    }
    if (held == 0) {
      pipes.giveBack(through);
      pipe = null;
    }
    return outcome;
  }

  private Outcome round(Sockets.Pipe through) {
    if (held == 0 && !noMore) {
      int read = Sockets.splice(from, through.writeEnd(), CHUNK);
      if (read < 0) {
        return read == Sockets.WOULD_WAIT ? Outcome.WAITS : Outcome.BROKEN;
      }
      held = read;
      noMore = read == 0;
    }
    if (held > 0) {
      int written = Sockets.splice(through.readEnd(), to, held);
      if (written <= 0) {
        return written == Sockets.WOULD_WAIT ? Outcome.WAITS : Outcome.BROKEN;
      }
      held -= written;
      moved += written;
      return Outcome.HAS_MORE;
    }
    Sockets.endWriting(to);
    return Outcome.ENDED;
  }

  /** Frees what it holds. */
  void close() {
    if (pipe != null) {
      pipes.discard(pipe);
      pipe = null;
    }
  }
}
