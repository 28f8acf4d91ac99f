package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where the kernel may run a process. */
public final class Processors {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long SCHED_SETAFFINITY = ARM ? 122 : 203;
  private static final long SCHED_GETAFFINITY = ARM ? 123 : 204;
  private static final long GETCPU = ARM ? 168 : 309;

  /** A bit for each of 8,192 processors, the most that Linux knows. */
  private static final int MASK_BYTES = 1024;

  private Processors() {}

  /**
   * Wakes a process on another processor than the caller's, if it may use one. The kernel puts a
   * reader that is woken by a write behind the writer, which it takes to be about to wait; a writer
   * with other work to do would hold it up, while another processor is idle.
   *
   * @param process that waits; one that is gone, or that may run nowhere else, is woken all the
   *     same
   * @param wake wakes it
   */
  public static void wakeElsewhere(int process, Runnable wake) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment allowed = arena.allocate(MASK_BYTES, Long.BYTES);
      long length = Libc.attempt(SCHED_GETAFFINITY, process, MASK_BYTES, allowed.address());
      if (length <= 0) {
        wake.run();
        return;
      }
      MemorySegment others = arena.allocate(MASK_BYTES, Long.BYTES).copyFrom(allowed);
      leaveOut(others, current(arena));
      // Refused when none is left, and without effect then.
      boolean moved = Libc.attempt(SCHED_SETAFFINITY, process, length, others.address()) == 0;
      try {
        wake.run();
      } finally {
        if (moved) {
          Libc.attempt(SCHED_SETAFFINITY, process, length, allowed.address());
        }
      }
    }
  }

  private static int current(Arena arena) {
    MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
    Libc.call("getcpu", GETCPU, number.address(), 0, 0);
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  private static void leaveOut(MemorySegment mask, int processor) {
    long word = (long) processor / Long.SIZE;
    long bits = mask.getAtIndex(ValueLayout.JAVA_LONG, word);
    mask.setAtIndex(ValueLayout.JAVA_LONG, word, bits & ~(1L << processor));
  }
}
