package bellows.bus;

import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real nats-server as a child process, on a port of its own that it keeps over restarts. */
final class NatsServer implements AutoCloseable {
  static final String USER = "bellows";
  static final String PASSWORD = "a-secret-of-this-test";

  private final Path log;
  private final int port;
  private @Nullable Process process;

  private NatsServer(Path log, int port) {
    this.log = log;
    this.port = port;
  }

  static NatsServer start(Path directory) {
    NatsServer server = new NatsServer(directory.resolve("nats-server.log"), freePort());
    server.restart();
    return server;
  }

  URI address() {
    return URI.create("nats://127.0.0.1:" + port);
  }

  void restart() {
    try {
      process =
          new ProcessBuilder(
                  List.of(
                      "nats-server",
                      "--addr=127.0.0.1",
                      "--port=" + port,
                      "--user=" + USER,
                      "--pass=" + PASSWORD))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new AssertionError("cannot run nats-server (Debian package nats-server)", e);
    }
    Eventually.until("nats-server listens, see " + log, this::listens);
  }

  /** As kill -9. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      Eventually.until("nats-server is gone", () -> !running.isAlive());
    }
  }

  @Override
  public void close() {
    kill();
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
