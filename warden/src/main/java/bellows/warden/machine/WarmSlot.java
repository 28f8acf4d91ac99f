package bellows.warden.machine;

import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Processes;
import bellows.warden.kernel.Processors;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.SocketTable;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * A container that has everything but an app. It ends by itself when the pipe's other end closes,
 * so that none outlives the warden that made it. For one thread at a time.
 *
 * @param record of a stand-in for the app; its body becomes the app's
 * @param pid of its init, whose child waits
 * @param waiting that child, where the kernel tells
 * @param sockets of its network, by which is seen when the app listens
 * @param pipe our end
 */
record WarmSlot(
    SlotShape shape,
    ContainerRecord record,
    int pid,
    OptionalInt waiting,
    SocketTable sockets,
    int pipe) {
  private static final long DEADLINE_NANOS = 5_000_000_000L;
  private static final long LOOK_AGAIN_NANOS = 200_000;

  boolean lives(Layout layout) {
    return Processes.livesIn(pid, layout.cgroup(record.body()));
  }

  /** Lets go of it, which ends it. */
  void abandon() {
    sockets.close();
    Syscalls.close(pipe);
  }

  /**
   * Sends the waiting process what it becomes and lets go of it; the table of its sockets goes on.
   *
   * @throws KernelException when it is dead
   */
  void become(byte[] message) {
    try {
      if (waiting.isPresent()) {
        Processors.wakeElsewhere(waiting.getAsInt(), () -> write(message));
      } else {
        write(message);
      }
    } finally {
      Syscalls.close(pipe);
    }
  }

  private void write(byte[] message) {
    long start = System.nanoTime();
    int written = 0;
    while (written < message.length) {
      int more = Syscalls.writeNow(pipe, message, written);
      written += more;
      if (more == 0) { // the pipe is full until it has read
        if (System.nanoTime() - start > DEADLINE_NANOS) {
          throw new IllegalStateException("slot " + record.body() + " does not read");
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }
}
