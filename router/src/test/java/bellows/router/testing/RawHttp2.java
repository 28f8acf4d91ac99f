package bellows.router.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** A client that sends exactly the HTTP/2 frames it is told. Every read ends after 10 s. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;
  public static final int PADDED = 8;
  public static final int WITH_PRIORITY = 32;

  public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;

  /** A frame as it was read; END of type -1 when the router has ended the connection. */
  public record Frame(int type, int flags, int stream, String payload) {
    public static final Frame END = new Frame(-1, 0, 0, "");

    /** Of RST_STREAM and GOAWAY. */
    public int errorCode() {
      byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
      return ByteBuffer.wrap(bytes).getInt(type == GOAWAY ? 4 : 0);
    }

    public boolean isEnd() {
      return type == -1;
    }
  }

  private RawHttp2(InetSocketAddress router) {
    try {
      socket = new Socket();
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(router, TIMEOUT_MILLIS);
      out = socket.getOutputStream();
      in = new DataInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** After preface and settings. */
  public static RawHttp2 open(InetSocketAddress router) {
    return new RawHttp2(router).raw(PREFACE).frame(SETTINGS, 0, 0, "");
  }

  /** Before anything. */
  public static RawHttp2 silent(InetSocketAddress router) {
    return new RawHttp2(router);
  }

  public RawHttp2 raw(String latin1) {
    try {
      out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A frame with an honest length. */
  public RawHttp2 frame(int type, int flags, int stream, String payload) {
    return raw(bytes(type, flags, stream, payload));
  }

  /** The bytes of a frame. */
  public static String bytes(int type, int flags, int stream, String payload) {
    int length = payload.length();
    return chars(length >> 16, length >> 8, length, type, flags) + number(stream) + payload;
  }

  /** Four bytes. */
  public static String number(int value) {
    return chars(value >>> 24, value >>> 16, value >>> 8, value);
  }

  /** One setting. */
  public static String setting(int id, int value) {
    return chars(id >> 8, id) + number(value);
  }

  public static String chars(int... bytes) {
    StringBuilder text = new StringBuilder();
    for (int b : bytes) {
      text.append((char) (b & 0xff));
    }
    return text.toString();
  }

  /** Names and values in turn, as literals that nobody indexes. */
  public static String block(String... fields) {
    StringBuilder block = new StringBuilder();
    for (int i = 0; i < fields.length; i += 2) {
      block.append(chars(0)).append(string(fields[i])).append(string(fields[i + 1]));
    }
    return block.toString();
  }

  private static String string(String text) {
    if (text.length() < 127) {
      return chars(text.length()) + text;
    }
    StringBuilder length = new StringBuilder(chars(127));
    int rest = text.length() - 127;
    for (; rest >= 128; rest >>= 7) {
      length.append(chars((rest & 127) | 128));
    }
    return length.append(chars(rest)) + text;
  }

  /** The usual four, and more. */
  public static String request(String host, String path, String... more) {
    return block(":method", "GET", ":scheme", "http", ":path", path, ":authority", host)
        + block(more);
  }

  /** A whole request without a body. */
  public RawHttp2 get(int stream, String host) {
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, request(host, "/"));
  }

  public Frame read() {
    try {
      int first = in.read();
      if (first < 0) {
        return Frame.END;
      }
      int length = (first << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      ByteArrayOutputStream payload = new ByteArrayOutputStream();
      payload.writeBytes(in.readNBytes(length));
      return new Frame(type, flags, stream, payload.toString(StandardCharsets.ISO_8859_1));
    } catch (SocketTimeoutException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      return Frame.END; // reset
    }
  }

  /** The next frame that is wanted, or the end of the connection. */
  public Frame read(Predicate<Frame> wanted) {
    Frame frame = read();
    while (!frame.isEnd() && !wanted.test(frame)) {
      frame = read();
    }
    return frame;
  }

  public Frame read(int type) {
    return read(frame -> frame.type() == type);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
