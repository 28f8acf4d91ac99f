package bellows.dea.activator;

import bellows.warden.kernel.Sockets;
import bellows.warden.kernel.Syscalls;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Pipes that bytes pass through inside the kernel. A flow holds one only while it has bytes that
 * their receiver does not take yet, so a thousand quiet connections need none. For one thread.
 */
final class Pipes implements AutoCloseable {
  private static final int KEPT = 16;

  private final Deque<Sockets.Pipe> free = new ArrayDeque<>();

  Sockets.Pipe take() {
    Sockets.Pipe pipe = free.pollFirst();
    return pipe == null ? Sockets.pipe() : pipe;
  }

  /** Takes an empty pipe back. */
  void giveBack(Sockets.Pipe pipe) {
    if (free.size() < KEPT) {
      free.addFirst(pipe);
    } else {
      discard(pipe);
    }
  }

  /** For one that still holds a stranger's bytes. */
  void discard(Sockets.Pipe pipe) {
    Syscalls.close(pipe.readEnd());
    Syscalls.close(pipe.writeEnd());
  }

  @Override
  public void close() {
    free.forEach(this::discard);
    free.clear();
  }
}
