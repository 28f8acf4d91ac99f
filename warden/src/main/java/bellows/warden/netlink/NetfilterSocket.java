package bellows.warden.netlink;

import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.Attributes.Attribute;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation with netfilter (linux/netlink.h, linux/netfilter/nfnetlink.h). The kernel answers
 * within the call, so nothing here waits for another process. For one thread; opening costs 20 µs.
 */
final class NetfilterSocket implements AutoCloseable {
  static final int IPV4 = 2;
  static final int CREATE = 0x400;

  private static final int REQUEST = 1;
  private static final int ACKNOWLEDGE = 4;
  private static final int DUMP = 0x300;
  private static final int ERROR = 2;
  private static final int DONE = 3;
  private static final int BATCH_BEGIN = 0x10;
  private static final int BATCH_END = 0x11;
  private static final int HEADER = 16;
  private static final int FAMILY_HEADER = 4;
  private static final int LARGEST_ANSWER = 1 << 16;

  private final int fd = Syscalls.netfilterSocket();
  private int sequence;

  /**
   * @param type subsystem and message
   */
  record Message(int type, int flags, Attributes attributes) {}

  /** Changes one thing. */
  void request(Message message) {
    send(encode(message.type(), ACKNOWLEDGE | message.flags(), 0, message.attributes().bytes()));
    acknowledged(1);
  }

  /** Changes several things of a subsystem at once, or none. */
  void transaction(int subsystem, List<Message> messages) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(encode(BATCH_BEGIN, 0, subsystem, new byte[0]));
    for (Message message : messages) {
      parts.add(
          encode(message.type(), ACKNOWLEDGE | message.flags(), 0, message.attributes().bytes()));
    }
    parts.add(encode(BATCH_END, 0, subsystem, new byte[0]));
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    send(all.array());
    acknowledged(messages.size());
  }

  /** All answers to a question for many, each as its attributes. */
  List<List<Attribute>> dump(Message message) {
    send(encode(message.type(), DUMP | message.flags(), 0, message.attributes().bytes()));
    List<List<Attribute>> answers = new ArrayList<>();
    boolean done = false;
    while (!done) {
      for (Answer answer : receive()) {
        if (answer.type() == DONE) {
          done = true;
        } else if (answer.type() == ERROR) {
          answer.throwError();
        } else {
          answer.payload().position(FAMILY_HEADER);
          answers.add(Attributes.read(answer.payload()));
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
          answer.throwError();
          open--;
        }
      }
    }
  }

  private record Answer(int type, ByteBuffer payload) {
    void throwError() {
      int errno = -payload.order(ByteOrder.nativeOrder()).getInt(0);
      if (errno != 0) {
        throw new KernelException("netfilter", errno, "refused");
      }
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
      answers.add(new Answer(type, ByteBuffer.wrap(payload)));
      in.position(Math.min(in.limit(), start + (length + 3 & ~3)));
    }
    return answers;
  }

  private void send(byte[] message) {
    Syscalls.send(fd, message);
  }

  private byte[] encode(int type, int flags, int resource, byte[] attributes) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + FAMILY_HEADER + attributes.length);
    out.order(ByteOrder.nativeOrder());
    out.putInt(out.capacity()).putShort((short) type).putShort((short) (REQUEST | flags));
    out.putInt(++sequence).putInt(0);
    out.put((byte) IPV4).put((byte) 0);
    out.order(ByteOrder.BIG_ENDIAN).putShort((short) resource);
    return out.put(attributes).array();
  }
}
