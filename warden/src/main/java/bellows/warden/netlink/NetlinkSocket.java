package bellows.warden.netlink;

import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation with a part of the kernel (linux/netlink.h). The kernel answers within the call,
 * so nothing here waits for another process. For one thread; opening costs 20 µs.
 */
final class NetlinkSocket implements AutoCloseable {
  static final int EXCLUSIVE = 0x200;
  static final int CREATE = 0x400;

  private static final int REQUEST = 1;
  private static final int ACKNOWLEDGE = 4;
  private static final int DUMP = 0x300;
  private static final int ERROR = 2;
  private static final int DONE = 3;
  private static final int HEADER = 16;
  private static final int LARGEST_ANSWER = 1 << 16;

  private final Syscalls.Netlink part;
  private final int fd;
  private int sequence;

  /** About the network namespace of the calling thread. */
  NetlinkSocket(Syscalls.Netlink part) {
    this.part = part;
    this.fd = Syscalls.socket(part);
  }

  /**
   * @param type of the message, as the part numbers it
   * @param payload what follows the general header, from its position to its limit
   */
  record Message(int type, int flags, ByteBuffer payload) {}

  /** Changes one thing. */
  void request(Message message) {
    Syscalls.send(fd, encode(message, ACKNOWLEDGE));
    acknowledged(1);
  }

  /** Sends all at once, between two messages that nothing answers. */
  void batch(Message begin, List<Message> messages, Message end) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(encode(begin, 0));
    messages.forEach(message -> parts.add(encode(message, ACKNOWLEDGE)));
    parts.add(encode(end, 0));
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(bytes -> bytes.length).sum());
    parts.forEach(all::put);
    Syscalls.send(fd, all.array());
    acknowledged(messages.size());
  }

  /** The answer to a question for one thing. */
  ByteBuffer ask(Message message) {
    Syscalls.send(fd, encode(message, 0));
    Answer answer = receive().getFirst();
    if (answer.type() == ERROR) {
      throwError(answer);
    }
    return answer.payload();
  }

  /** All answers to a question for many. */
  List<ByteBuffer> dump(Message message) {
    Syscalls.send(fd, encode(message, DUMP));
    List<ByteBuffer> answers = new ArrayList<>();
    boolean done = false;
    while (!done) {
      for (Answer answer : receive()) {
        if (answer.type() == DONE) {
          done = true;
        } else if (answer.type() == ERROR) {
          throwError(answer);
        } else {
          answers.add(answer.payload());
        }
      }
    }
    return answers;
  }

  @Override
  public void close() {
    Syscalls.close(fd);
  }

  private void acknowledged(int expected) {
    int open = expected;
    while (open > 0) {
      for (Answer answer : receive()) {
        if (answer.type() == ERROR) {
          throwError(answer);
          open--;
        }
      }
    }
  }

  private record Answer(int type, ByteBuffer payload) {}

  /** Does nothing when it is the message of success. */
  private void throwError(Answer answer) {
    int errno = -answer.payload().getInt(0);
    if (errno != 0) {
      throw new KernelException("netlink " + part, errno, "refused");
    }
  }

  private List<Answer> receive() {
    ByteBuffer in = ByteBuffer.wrap(Syscalls.receive(fd, LARGEST_ANSWER));
    in.order(ByteOrder.nativeOrder());
    List<Answer> answers = new ArrayList<>();
    while (in.remaining() >= HEADER) {
      int start = in.position();
      int length = in.getInt(start);
      int type = in.getShort(start + 4) & 0xFFFF;
      byte[] payload = new byte[length - HEADER];
      in.get(start + HEADER, payload);
      answers.add(new Answer(type, ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder())));
      in.position(Math.min(in.limit(), start + (length + 3 & ~3)));
    }
    return answers;
  }

  private byte[] encode(Message message, int flags) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + message.payload().remaining());
    out.order(ByteOrder.nativeOrder());
    out.putInt(out.capacity()).putShort((short) message.type());
    out.putShort((short) (REQUEST | flags | message.flags()));
    return out.putInt(++sequence).putInt(0).put(message.payload().duplicate()).array();
  }
}
