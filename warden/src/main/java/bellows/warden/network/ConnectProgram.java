package bellows.warden.network;

import bellows.warden.kernel.Bpf;
import java.util.ArrayList;
import java.util.List;

/**
 * The program that the kernel runs when a process connects: of a connection to a port of ours it
 * counts the call in the port's place, and only then reads there where to go; see {@link
 * LocalSwitch}. Pure. In pseudocode:
 *
 * <pre>
 *   if protocol = TCP and address = INSTANCE and network namespace = OURS:
 *     place = places[port]
 *     place.calls++
 *     if place.target != 0: address, port = place.target
 *   allow
 * </pre>
 *
 * <p>Instructions and numbers are those of linux/bpf.h and of the kernel's
 * Documentation/bpf/standardization/instruction-set.rst; offsets those of {@code struct
 * bpf_sock_addr}.
 */
final class ConnectProgram {
  /** Bytes of a place: where to go, and how often that was asked. */
  static final int PLACE = 16;

  static final int TARGET = 0;
  static final int CALLS = 8;

  private static final int ADDRESS_4 = 4;
  private static final int ADDRESS_6 = 8;
  private static final int ADDRESS_6_LAST = 20;
  private static final int PORT = 24;
  private static final int PROTOCOL = 36;
  private static final int TCP = 6;

  /** In the third word of an IPv6 address that stands for an IPv4 one, as a number in memory. */
  private static final int MAPPED = 0xffff0000;

  private static final int LOOKUP = 1;
  private static final int NETNS_COOKIE = 122;

  private static final int LOAD_WORD = 0x61;
  private static final int LOAD_DOUBLE = 0x79;
  private static final int STORE_WORD = 0x63;
  private static final int LOAD_CONSTANT = 0x18;
  private static final int MOVE = 0xbf;
  private static final int MOVE_CONSTANT = 0xb7;
  private static final int ADD_CONSTANT = 0x07;
  private static final int SHIFT_RIGHT = 0x77;
  private static final int TO_BIG_ENDIAN = 0xdc;
  private static final int IF_NOT = 0x5d;
  private static final int IF_NOT_CONSTANT = 0x56;
  private static final int IF_CONSTANT = 0x15;
  private static final int ATOMIC = 0xdb;
  private static final int ADD_AND_FETCH = 0x01;
  private static final int CALL = 0x85;
  private static final int EXIT = 0x95;

  /** Says that a constant is a map's descriptor. */
  private static final int MAP = 1;

  private static final int SOCKET = 6;
  private static final int STACK = 10;

  /** Where on the stack, which grows down, the number of the place is. */
  private static final int KEY = -4;

  private final List<Long> instructions = new ArrayList<>();

  /** Which of them leave; they are told where to once that is known. */
  private final List<Integer> leaving = new ArrayList<>();

  private ConnectProgram() {}

  /**
   * @param when {@link Bpf#CONNECT_4} or {@link Bpf#CONNECT_6}
   * @param instance the host's address that ports are on
   * @param namespace see {@link bellows.warden.kernel.Sockets#networkNamespace}
   * @param places descriptor of an array of {@link #PLACE} for each port
   */
  static long[] of(int when, long instance, long namespace, int places) {
    return new ConnectProgram().write(when, instance, namespace, places);
  }

  /** What a place holds for one who is to be connected to {@code address}, port {@code port}. */
  static long target(long address, int port) {
    return (long) Short.toUnsignedInt(Short.reverseBytes((short) port)) << 32
        | Integer.toUnsignedLong(inMemory(address));
  }

  private long[] write(int when, long instance, long namespace, int places) {
    int address = when == Bpf.CONNECT_4 ? ADDRESS_4 : ADDRESS_6_LAST;
    add(MOVE, SOCKET, 1, 0, 0);
    leaveUnless(PROTOCOL, TCP);
    if (when == Bpf.CONNECT_6) {
      leaveUnless(ADDRESS_6, 0);
      leaveUnless(ADDRESS_6 + 4, 0);
      leaveUnless(ADDRESS_6 + 8, MAPPED);
    }
    leaveUnless(address, inMemory(instance));
    add(MOVE, 1, SOCKET, 0, 0);
    add(CALL, 0, 0, 0, NETNS_COOKIE);
    constant(1, 0, namespace);
    leave(IF_NOT, 0, 1, 0);
    add(LOAD_WORD, 2, SOCKET, PORT, 0);
    add(TO_BIG_ENDIAN, 2, 0, 0, Short.SIZE);
    add(STORE_WORD, STACK, 2, KEY, 0);
    constant(1, MAP, places);
    add(MOVE, 2, STACK, 0, 0);
    add(ADD_CONSTANT, 2, 0, 0, KEY);
    add(CALL, 0, 0, 0, LOOKUP);
    leave(IF_CONSTANT, 0, 0, 0);
    add(MOVE_CONSTANT, 1, 0, 0, 1);
    // With its result asked for, it is a full barrier: who closes a place and then finds no call
    // there knows that everybody after it finds the place closed.
    add(ATOMIC, 0, 1, CALLS, ADD_AND_FETCH);
    add(LOAD_DOUBLE, 1, 0, TARGET, 0);
    leave(IF_CONSTANT, 1, 0, 0);
    add(STORE_WORD, SOCKET, 1, address, 0);
    add(SHIFT_RIGHT, 1, 0, 0, Integer.SIZE);
    add(STORE_WORD, SOCKET, 1, PORT, 0);
    int end = instructions.size();
    leaving.forEach(
        from -> instructions.set(from, instructions.get(from) | (long) (end - from - 1) << 16));
    add(MOVE_CONSTANT, 0, 0, 0, 1);
    add(EXIT, 0, 0, 0, 0);
    return instructions.stream().mapToLong(Long::longValue).toArray();
  }

  private void leaveUnless(int field, int value) {
    add(LOAD_WORD, 2, SOCKET, field, 0);
    leave(IF_NOT_CONSTANT, 2, 0, value);
  }

  private void leave(int operation, int register, int other, int constant) {
    add(operation, register, other, 0, constant);
    leaving.add(instructions.size() - 1);
  }

  /** Takes two words. */
  private void constant(int register, int kind, long value) {
    add(LOAD_CONSTANT, register, kind, 0, (int) value);
    add(0, 0, 0, 0, (int) (value >>> 32));
  }

  private void add(int operation, int to, int from, int offset, int constant) {
    instructions.add(
        operation
            | (long) (to | from << 4) << 8
            | (long) (offset & 0xffff) << 16
            | (long) constant << 32);
  }

  /** The number that these four bytes are to this processor, which writes the last one first. */
  private static int inMemory(long address) {
    return Integer.reverseBytes((int) address);
  }
}
