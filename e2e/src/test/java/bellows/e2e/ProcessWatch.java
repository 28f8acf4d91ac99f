package bellows.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Looks at all processes of this host again and again, as a curious user would. */
final class ProcessWatch implements AutoCloseable {
  private final Consumer<Seen> eye;
  private final Thread thread = Thread.ofPlatform().unstarted(this::watch);
  private volatile boolean ended;

  /**
   * A process at one moment; empty texts when it was gone too soon.
   *
   * @param arguments of its command line, as {@code environment} with spaces for zero bytes
   */
  record Seen(String name, int uid, String arguments, String environment) {}

  ProcessWatch(Consumer<Seen> eye) {
    this.eye = eye;
    thread.start();
  }

  private void watch() {
    while (!ended) {
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
        processes.forEach(process ->
            eye.accept(
                new Seen(
                    text(process.resolve("comm")).strip(),
                    uid(process),
                    text(process.resolve("cmdline")),
                    text(process.resolve("environ")))));
      } catch (IOException | DirectoryIteratorException e) {
        throw new AssertionError(e);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static int uid(Path process) {
    try {
      return (int) Files.getAttribute(process, "unix:uid");
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
