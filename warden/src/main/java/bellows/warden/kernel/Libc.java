package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * All of our calls go through libc's {@code syscall(2)} with six words, so that one method handle
 * does. Numbers differ by processor for the old calls, and are the same for those since 2019.
 */
@SuppressWarnings("restricted") // reaching the kernel is what this class is for
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(
              ValueLayout.ADDRESS.withTargetLayout(
                  MemoryLayout.sequenceLayout(256, ValueLayout.JAVA_BYTE)),
              ValueLayout.JAVA_INT));

  /** The kernel answers with errors in this range only; what lies below is a result. */
  private static final long HIGHEST_ERRNO = 4095;

  private Libc() {}

  /**
   * @param what names the call in the exception
   * @param words at most six
   * @throws KernelException when the call returns -1
   */
  static long call(String what, long number, long... words) {
    long result = attempt(number, words);
    if (result < 0 && result >= -HIGHEST_ERRNO) {
      throw failure(what, (int) -result);
    }
    return result;
  }

  /**
   * The same for calls whose failure is an everyday answer, such as that nothing is there to read.
   *
   * @return the result, or an errno as a negative number
   */
  static long attempt(long number, long... words) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = arena.allocate(CAPTURE);
      long result =
          (long)
              SYSCALL.invokeExact(
                  capture,
                  number,
                  word(words, 0),
                  word(words, 1),
                  word(words, 2),
                  word(words, 3),
                  word(words, 4),
                  word(words, 5));
      return result == -1 ? -(int) ERRNO.get(capture, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("syscall does not throw", e);
    }
  }

  private static KernelException failure(String what, int errno) {
    try {
      return new KernelException(what, errno, reason(errno));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("strerror does not throw", e);
    }
  }

  private static long word(long[] words, int index) {
    return index < words.length ? words[index] : 0;
  }

  private static String reason(int errno) throws Throwable {
    MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
    return text.getString(0);
  }
}
