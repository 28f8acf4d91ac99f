package bellows.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import bellows.base.files.AtomicFiles;
import bellows.base.files.Trees;
import bellows.base.time.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A NATS server with the users of {@code docs/nats.conf}, so that what that file allows is what a
 * platform needs. Not thread-safe.
 */
public final class Bus implements AutoCloseable {
  private final String address;
  private final int port;
  private final Path directory;
  private final Process server;

  /** The parts that have a user of their own there. */
  public enum User {
    PLATFORM,
    HOST,
    ROUTER;

    private String password() {
      return "a-" + name().toLowerCase(Locale.ROOT) + "-of-this-test";
    }
  }

  private Bus(String address, int port, Path directory, Process server) {
    this.address = address;
    this.port = port;
    this.directory = directory;
    this.server = server;
  }

  /**
   * Starts one and waits until it listens.
   *
   * @param address of this machine
   */
  public static Bus at(String address) {
    try {
      Path directory = Files.createTempDirectory("bellows-bus-");
      // In a file, as everyone on this machine may read the process list.
      Path settings = directory.resolve("nats.conf");
      AtomicFiles.write(settings, settings().getBytes(UTF_8), AtomicFiles.OWNER_ONLY);
      int port = Lan.freePort();
      Process server =
          new ProcessBuilder(
                  "nats-server", "-c", settings.toString(), "--addr=" + address, "--port=" + port)
              .redirectErrorStream(true)
              .redirectOutput(log(directory).toFile())
              .start();
      Bus bus = new Bus(address, port, directory, server);
      Eventually.until("nats-server listens, see " + directory, bus::listens);
      return bus;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings() throws IOException {
    Path root = Path.of(System.getProperty("bellows.root"));
    String settings = Files.readString(root.resolve("docs/nats.conf"));
    for (User user : User.values()) {
      settings = settings.replace(user + "_SECRET", user.password());
    }
    return settings;
  }

  /** For the setting {@code nats.url} of such a part. */
  public String url(User user) {
    return "nats://%s:%s@%s:%d"
        .formatted(user.name().toLowerCase(Locale.ROOT), user.password(), address, port);
  }

  /** What somebody wanted to say or hear and may not, a line each. */
  public List<String> violations() {
    try (var lines = Files.lines(log(directory))) {
      return lines.filter(line -> line.contains("Violation")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.destroyForcibly();
    Trees.delete(directory);
  }

  private static Path log(Path directory) {
    return directory.resolve("nats-server.log");
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
