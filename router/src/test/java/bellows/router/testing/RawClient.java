package bellows.router.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client that sends exactly the bytes it is given. Every read ends after 10 s. */
public final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /** A response as it was read. */
  public record Response(int status, String statusLine, List<String> headers, String body) {
    /** The value of the header, "" when it is not there. */
    public String header(String name) {
      return headers.stream()
          .filter(
              line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  public RawClient(InetSocketAddress router) {
    this(connected(router));
  }

  /** Over what somebody else has connected, such as TLS. */
  public RawClient(Socket connected) {
    try {
      socket = connected;
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket connected(InetSocketAddress router) {
    try {
      Socket socket = new Socket();
      socket.connect(router, TIMEOUT_MILLIS);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Socket socket() {
    return socket;
  }

  public OutputStream out() {
    return out;
  }

  public InputStream in() {
    return in;
  }

  public RawClient send(String latin1) {
    try {
      out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public RawClient get(String host, String path) {
    return send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }

  public Response read() {
    return read(true);
  }

  /** Reads the head and, with {@code withBody}, the body as it is framed. */
  public Response read(boolean withBody) {
    try {
      List<String> headers = Wire.readHead(in);
      String first = headers.isEmpty() ? "" : headers.removeFirst();
      if (!first.startsWith("HTTP/1.")) {
        throw new IOException("no response: " + first);
      }
      int status = Integer.parseInt(first.substring(9, 12));
      boolean none = !withBody || status < 200 || status == 204 || status == 304;
      String body = none ? "" : Wire.readBody(in, headers, true);
      return new Response(status, first, List.copyOf(headers), body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything until the router ends the connection. */
  public String readToEnd() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (EOFException e) {
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      all.writeBytes(("<" + e.getMessage() + ">").getBytes(StandardCharsets.ISO_8859_1));
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** Whether the router has ended the connection, within the time-out. */
  public boolean isEnded() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return !(e instanceof SocketTimeoutException);
    }
  }

  /** Several requests one after the other on connections of their own. */
  public static List<Response> getEach(InetSocketAddress router, String host, int times) {
    List<Response> responses = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      try (RawClient client = new RawClient(router)) {
        responses.add(client.get(host, "/").read());
      }
    }
    return responses;
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
