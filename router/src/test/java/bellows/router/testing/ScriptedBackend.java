package bellows.router.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An app that does to each connection what its script says; each on a virtual thread. */
public final class ScriptedBackend implements AutoCloseable {
  private final ServerSocket listener;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** What happens on one connection; it is closed when this returns. */
  public interface Script {
    void run(Conversation conversation) throws IOException;
  }

  /** A request as the backend read it. */
  public record Request(String line, List<String> headers, String body) {
    public String header(String name) {
      return Wire.header(headers, name.toLowerCase(Locale.ROOT));
    }

    /** How many headers of this name there are. */
    public long count(String name) {
      return headers.stream()
          .filter(header -> header.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .count();
    }
  }

  /** One connection. */
  public final class Conversation {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private Conversation(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      this.out = socket.getOutputStream();
    }

    /** The next request with its body, noted; null when the router has ended the connection. */
    public @Nullable Request next() throws IOException {
      List<String> lines = Wire.readHead(in);
      return lines.isEmpty() ? null : note(lines, Wire.readBody(in, lines, false));
    }

    /** The next request with its body, noted. */
    public Request read() throws IOException {
      List<String> lines = someHead();
      return note(lines, Wire.readBody(in, lines, false));
    }

    /** Only the head of the next request, noted. */
    public Request readHead() throws IOException {
      return note(someHead(), "");
    }

    private List<String> someHead() throws IOException {
      List<String> lines = Wire.readHead(in);
      if (lines.isEmpty()) {
        throw new EOFException("no request");
      }
      return lines;
    }

    private Request note(List<String> lines, String body) {
      Request request =
          new Request(lines.getFirst(), List.copyOf(lines.subList(1, lines.size())), body);
      requests.add(request);
      return request;
    }

    public Conversation send(String latin1) throws IOException {
      out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return this;
    }

    public Conversation ok(String body) throws IOException {
      return send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /** Ends with a reset instead of in the usual way. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    public InputStream in() {
      return in;
    }

    public OutputStream out() {
      return out;
    }
  }

  public ScriptedBackend(Script script) {
    this(ServerSocketFactory.getDefault(), script);
  }

  /** Speaks TLS as the context says. */
  public static ScriptedBackend overTls(SSLContext context, Script script) {
    return new ScriptedBackend(context.getServerSocketFactory(), script);
  }

  private ScriptedBackend(ServerSocketFactory sockets, Script script) {
    this.script = script;
    try {
      listener = sockets.createServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("backend").start(this::accept);
  }

  /** Answers every request with {@code body}, for as long as the connection lasts. */
  public static ScriptedBackend saying(String body) {
    return new ScriptedBackend(conversation -> {
      while (conversation.next() != null) {
        conversation.ok(body);
      }
    });
  }

  /** Answers every request with its own body. */
  public static ScriptedBackend echo() {
    return new ScriptedBackend(conversation -> {
      for (Request request = conversation.next(); request != null; request = conversation.next()) {
        conversation.ok(request.body());
      }
    });
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().name("conversation").start(() -> converse(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      script.run(new Conversation(socket));
    } catch (IOException e) {
      // The router went away, or sent what this reader refuses: no answer is the answer.
    } finally {
      open.remove(socket);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections accepted so far. */
  public int connections() {
    return connections.get();
  }

  public int openConnections() {
    return open.size();
  }

  /** Requests read so far. */
  public List<Request> requests() {
    return requests;
  }

  public Request last() {
    return requests.getLast();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
