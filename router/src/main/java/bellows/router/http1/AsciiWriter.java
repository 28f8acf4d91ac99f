package bellows.router.http1;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Where a head or a log line is put together before it goes out in one piece. Grows; used again and
 * again by one event loop.
 */
public final class AsciiWriter {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private byte[] bytes;
  private int length;

  public AsciiWriter(int capacity) {
    bytes = new byte[capacity];
  }

  public void clear() {
    length = 0;
  }

  public int length() {
    return length;
  }

  /** The written bytes are those below {@link #length}; not to be kept. */
  public byte[] bytes() {
    return bytes;
  }

  /** Appends what was written to {@code out}. */
  public void copyTo(ByteBuf out) {
    out.writeBytes(bytes, 0, length);
  }

  public AsciiWriter put(byte b) {
    ensure(1);
    bytes[length++] = b;
    return this;
  }

  public AsciiWriter put(byte[] source) {
    return put(source, 0, source.length);
  }

  /** The bytes [from, to). */
  public AsciiWriter put(byte[] source, int from, int to) {
    int size = to - from;
    ensure(size);
    System.arraycopy(source, from, bytes, length, size);
    length += size;
    return this;
  }

  /** Characters above 255 become '?'. */
  public AsciiWriter put(String text) {
    int size = text.length();
    ensure(size);
    for (int i = 0; i < size; i++) {
      char c = text.charAt(i);
      bytes[length++] = c < 256 ? (byte) c : (byte) '?';
    }
    return this;
  }

  public AsciiWriter crlf() {
    ensure(2);
    bytes[length++] = '\r';
    bytes[length++] = '\n';
    return this;
  }

  /** A number that is not negative. */
  public AsciiWriter decimal(long value) {
    int size = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      size++;
    }
    return padded(value, size);
  }

  /** A number that is not negative, with zeros in front. */
  public AsciiWriter padded(long value, int size) {
    ensure(size);
    long rest = value;
    for (int i = length + size - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += size;
    return this;
  }

  /** The highest {@code digits} hexadecimal digits of {@code value}. */
  public AsciiWriter hex(long value, int digits) {
    ensure(digits);
    for (int i = 0; i < digits; i++) {
      bytes[length++] = HEX[(int) (value >>> (60 - 4 * i)) & 15];
    }
    return this;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
