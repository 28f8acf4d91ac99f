package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for many descriptors at once (epoll). Each is told once when it changes (edge-triggered):
 * whoever is told goes on until the kernel says {@link Sockets#WOULD_WAIT}. One thread calls {@link
 * #await}; {@link #wake} may be called by any.
 */
public final class Readiness implements AutoCloseable {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long EPOLL_CREATE1 = ARM ? 20 : 291;
  private static final long EPOLL_CTL = ARM ? 21 : 233;
  private static final long EPOLL_PWAIT = ARM ? 22 : 281;
  private static final long CLOEXEC = 0x80000;
  private static final long CTL_ADD = 1;
  private static final int EPOLLIN = 1;
  private static final int EPOLLOUT = 4;
  private static final int EPOLLERR = 8;
  private static final int EPOLLHUP = 16;
  private static final int EPOLLRDHUP = 0x2000;
  private static final int EPOLLET = 1 << 31;
  private static final int EINTR = 4;
  private static final int EVENTS = 256;

  /** No limit of a wait. */
  public static final int FOR_EVER = -1;

  /** {@code struct epoll_event} is packed on x86-64 only. */
  private static final int EVENT_BYTES = ARM ? 16 : 12;

  private static final int DATA = ARM ? 8 : 4;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES);
  private final int epoll = (int) Libc.call("epoll_create1", EPOLL_CREATE1, CLOEXEC);
  private final int waker = Syscalls.eventfd();
  private final AtomicBoolean woken = new AtomicBoolean();

  public Readiness() {
    add(waker, EPOLLIN | EPOLLET);
  }

  /** What is told of a descriptor. */
  public interface Listener {
    /**
     * @param broken the connection is over in both directions
     */
    void ready(int descriptor, boolean broken);
  }

  /** From now on its changes are told, until it is closed. */
  public void add(int descriptor) {
    add(descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  }

  private void add(int descriptor, int flags) {
    try (Arena one = Arena.ofConfined()) {
      MemorySegment event = one.allocate(EVENT_BYTES);
      event.set(ValueLayout.JAVA_INT_UNALIGNED, 0, flags);
      event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, descriptor);
      Libc.call("epoll_ctl", EPOLL_CTL, epoll, CTL_ADD, descriptor, event.address());
    }
  }

  /**
   * Tells what has changed, waiting until something has or {@link #wake} is called.
   *
   * @param mostMillis then it returns all the same; 0 only looks
   */
  public void await(int mostMillis, Listener listener) {
    long count = Libc.attempt(EPOLL_PWAIT, epoll, events.address(), EVENTS, mostMillis, 0, 8);
    if (count < 0 && count != -EINTR) {
      throw new KernelException("epoll_pwait", (int) -count, "cannot wait");
    }
    for (int i = 0; i < count; i++) {
      long at = (long) i * EVENT_BYTES;
      int flags = events.get(ValueLayout.JAVA_INT_UNALIGNED, at);
      int descriptor = events.get(ValueLayout.JAVA_INT_UNALIGNED, at + DATA);
      if (descriptor == waker) {
        // In this order: whoever finds the flag set has put his work where we look next.
        Syscalls.eventfdClear(waker);
        woken.set(false);
      } else {
        listener.ready(descriptor, (flags & (EPOLLERR | EPOLLHUP)) != 0);
      }
    }
  }

  /** Makes {@link #await} return. */
  public void wake() {
    if (!woken.getAndSet(true)) {
      Syscalls.eventfdWake(waker);
    }
  }

  /** Call once nobody awaits any more. */
  @Override
  public void close() {
    Syscalls.close(epoll);
    Syscalls.close(waker);
    arena.close();
  }
}
