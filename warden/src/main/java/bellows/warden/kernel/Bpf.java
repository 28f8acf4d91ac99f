package bellows.warden.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Small programs that the kernel runs when processes of a cgroup do something (bpf(2),
 * linux/bpf.h). Every descriptor is the caller's to close; a map lives as long as a program that
 * uses it, a program as long as it is attached. Thread-safe.
 */
public final class Bpf {
  /** When a process connects an IPv4 socket. */
  public static final int CONNECT_4 = 10;

  /** When a process connects an IPv6 socket, which may be to an IPv4 address. */
  public static final int CONNECT_6 = 11;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long BPF = ARM ? 280 : 321;

  private static final int MAP_CREATE = 0;
  private static final int PROG_LOAD = 5;
  private static final int PROG_ATTACH = 8;
  private static final int PROG_DETACH = 9;
  private static final int PROG_GET_FD_BY_ID = 13;
  private static final int OBJ_GET_INFO_BY_FD = 15;
  private static final int PROG_QUERY = 16;

  private static final int ARRAY = 2;
  private static final int CGROUP_SOCK_ADDR = 18;
  private static final int MAPPABLE = 1 << 10;
  private static final int BESIDE_OTHERS = 2;
  private static final int REPLACE = 4;
  private static final int INT = Integer.BYTES;

  /** More than any of the calls has words. */
  private static final int ATTRIBUTES = 128;

  /** As many as the kernel allows one cgroup. */
  private static final int MOST_ATTACHED = 64;

  private static final int INFO_BYTES = 128;
  private static final int INFO_NAME = 64;

  private Bpf() {}

  /** An array for {@link Syscalls#map}. */
  public static int array(int entries, int bytesOfEach) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      words(words, 0, ARRAY, INT, bytesOfEach, entries, MAPPABLE);
      return call("create a map", MAP_CREATE, words);
    }
  }

  /**
   * Has the kernel check and compile a program.
   *
   * @param name at most 15 letters, digits, dots and underscores
   * @param instructions one word each
   * @param when {@link #CONNECT_4} or {@link #CONNECT_6}
   * @throws KernelException also when it does not pass the check
   */
  public static int program(String name, long[] instructions, int when) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      words(words, 0, CGROUP_SOCK_ADDR, instructions.length);
      address(words, 8, arena.allocateFrom(ValueLayout.JAVA_LONG, instructions));
      address(words, 16, arena.allocateFrom("Apache-2.0"));
      words.asSlice(48).setString(0, name);
      words(words, 68, when);
      return call("load " + name, PROG_LOAD, words);
    }
  }

  /**
   * Runs a program whenever a process below the cgroup connects, beside those of others.
   *
   * @param before the one whose place it takes, without a moment in between
   */
  public static void attach(int cgroup, int program, int when, OptionalInt before) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      int flags = BESIDE_OTHERS | (before.isPresent() ? REPLACE : 0);
      words(words, 0, cgroup, program, when, flags, before.orElse(0));
      call("attach", PROG_ATTACH, words);
    }
  }

  public static void detach(int cgroup, int program, int when) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      words(words, 0, cgroup, program, when);
      call("detach", PROG_DETACH, words);
    }
  }

  /** The program of that name that is attached there; empty when there is none. */
  public static OptionalInt attached(int cgroup, int when, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, MOST_ATTACHED);
      words(words, 0, cgroup, when);
      address(words, 16, ids);
      words(words, 24, MOST_ATTACHED);
      call("query", PROG_QUERY, words);
      for (int i = 0; i < words.get(ValueLayout.JAVA_INT, 24); i++) {
        OptionalInt program = byId(ids.getAtIndex(ValueLayout.JAVA_INT, i));
        if (program.isPresent() && nameOf(program.getAsInt()).equals(name)) {
          return program;
        }
        program.ifPresent(Syscalls::close);
      }
      return OptionalInt.empty();
    }
  }

  /** Empty when it is gone since its number was read. */
  private static OptionalInt byId(int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      words(words, 0, id);
      return OptionalInt.of(call("open a program", PROG_GET_FD_BY_ID, words));
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return OptionalInt.empty();
    }
  }

  private static String nameOf(int program) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(ATTRIBUTES, Long.BYTES);
      MemorySegment info = arena.allocate(INFO_BYTES, Long.BYTES);
      words(words, 0, program, INFO_BYTES);
      address(words, 8, info);
      call("read about a program", OBJ_GET_INFO_BY_FD, words);
      return info.getString(INFO_NAME, StandardCharsets.US_ASCII);
    }
  }

  private static void words(MemorySegment all, long offset, int... values) {
    MemorySegment.copy(values, 0, all, ValueLayout.JAVA_INT, offset, values.length);
  }

  private static void address(MemorySegment all, long offset, MemorySegment of) {
    all.set(ValueLayout.JAVA_LONG, offset, of.address());
  }

  private static int call(String what, int command, MemorySegment attributes) {
    return (int) Libc.call("bpf: " + what, BPF, command, attributes.address(), ATTRIBUTES);
  }
}
