package bellows.warden.kernel;

import bellows.base.lifecycle.Component;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when processes end that need not be our children. One platform thread polls a descriptor
 * for each process (a blocking call would pin a virtual one); the callbacks run on virtual threads.
 */
public final class ExitWatch implements Component {
  private static final Logger log = LoggerFactory.getLogger(ExitWatch.class);
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;

  private final Map<Integer, Runnable> callbacks = new HashMap<>();
  private int wake = -1;
  private @Nullable Thread thread;

  @Override
  public synchronized void start() {
    if (thread == null) {
      wake = Syscalls.eventfd();
      thread = Thread.ofPlatform().daemon().name("exit-watch").start(this::loop);
    }
  }

  /**
   * Runs {@code ended} once, on a thread of its own, when the process of {@code pidfd} is over,
   * then closes {@code pidfd}. Not run any more after {@link #close}.
   */
  public synchronized void onExit(int pidfd, Runnable ended) {
    if (thread == null) {
      throw new IllegalStateException("exit watch is not running");
    }
    callbacks.put(pidfd, ended);
    Syscalls.eventfdWake(wake);
  }

  @Override
  public void close() {
    Thread ending;
    synchronized (this) {
      ending = thread;
      if (ending == null) {
        return;
      }
      thread = null;
      Syscalls.eventfdWake(wake);
    }
    try {
      ending.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return; // the thread still uses the descriptors, so they stay open
    }
    synchronized (this) {
      callbacks.keySet().forEach(Syscalls::close);
      callbacks.clear();
      Syscalls.close(wake);
    }
  }

  private void loop() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate(POLLFD_BYTES * 64L, 8);
      while (true) {
        List<Integer> watched = watched();
        if (watched.isEmpty()) {
          return;
        }
        if (polled.byteSize() < (long) watched.size() * POLLFD_BYTES) {
          polled = arena.allocate(2L * watched.size() * POLLFD_BYTES, 8);
        }
        for (int i = 0; i < watched.size(); i++) {
          polled.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES, watched.get(i));
          polled.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES + 4, POLLIN);
        }
        poll(polled, watched.size());
        for (int i = 0; i < watched.size(); i++) {
          if (polled.get(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 6) != 0) {
            readable(watched.get(i));
          }
        }
      }
    }
  }

  /** The wake counter first, then the processes; empty when closed. */
  private synchronized List<Integer> watched() {
    List<Integer> fds = new ArrayList<>();
    if (thread != null) {
      fds.add(wake);
      fds.addAll(callbacks.keySet());
    }
    return fds;
  }

  private static void poll(MemorySegment polled, int count) {
    try {
      Syscalls.poll(polled, count);
    } catch (KernelException e) {
      // Interrupted by a signal of the JVM's own; the revents are untouched, so look again.
      polled.fill((byte) 0);
    }
  }

  private void readable(int fd) {
    Runnable ended;
    synchronized (this) {
      if (fd == wake) {
        Syscalls.eventfdClear(wake);
        return;
      }
      ended = callbacks.remove(fd);
    }
    if (ended != null) {
      Syscalls.close(fd);
      Thread.ofVirtual().name("exited").start(() -> run(ended));
    }
  }

  private static void run(Runnable ended) {
    try {
      ended.run();
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("exit.callback_failed");
    }
  }
}
