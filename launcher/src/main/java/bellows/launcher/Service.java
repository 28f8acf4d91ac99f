package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Runs one role in this process until the process is told to end. */
final class Service {
  private final DataDirectory data;
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param data taken by this process
   */
  Service(DataDirectory data) {
    this.data = data;
  }

  /**
   * What is told once the role serves.
   *
   * @param facts for other processes of this machine
   * @param line for a person; what follows "up after 1.2 s"
   */
  record Ready(Map<String, Object> facts, String line) {}

  /** Returns when the role was told to end, and has. */
  void run(Component role, Supplier<Ready> ready) {
    long begin = System.nanoTime();
    deleteReady();
    AtomicFiles.write(
        data.pid(),
        (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8),
        AtomicFiles.PUBLIC);
    // TERM and ctrl-C arrive as a shutdown; the JVM waits for the hook, and the hook for our close.
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "shutdown"));
    try (role) {
      role.start();
      say(ready.get(), begin);
      told.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      deleteReady();
      ended.countDown();
    }
  }

  private void end() {
    told.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(Ready ready, long begin) {
    AtomicFiles.write(data.ready(), Json.bytes(ready.facts()), AtomicFiles.PUBLIC);
    System.out.printf(
        "bellows: up after %.1f s. %s%n", (System.nanoTime() - begin) / 1e9, ready.line());
  }

  private void deleteReady() {
    try {
      Files.deleteIfExists(data.ready());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
