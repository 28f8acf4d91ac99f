package bellows.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import bellows.base.files.AtomicFiles;
import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Runs one role in this process until the process is told to end. */
final class Service {
  private static final String PID = Long.toString(ProcessHandle.current().pid());

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
    deleteReady();
    writePid();
    serve(role, ready);
  }

  /** As {@link #run}, where the files tell of another process until this one serves. */
  void succeed(Component role, Supplier<Ready> ready) {
    serve(role, ready);
  }

  private void serve(Component role, Supplier<Ready> ready) {
    long begin = System.nanoTime();
    // TERM and ctrl-C arrive as a shutdown; the JVM waits for the hook, and the hook for our close.
    Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "shutdown"));
    try (role) {
      role.start();
      say(ready.get(), begin);
      told.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (isOurs()) {
        deleteReady();
      }
      ended.countDown();
    }
  }

  /** Tells the role to end. Any thread. */
  void end() {
    told.countDown();
  }

  private void shutDown() {
    end();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writePid() {
    AtomicFiles.write(data.pid(), (PID + "\n").getBytes(UTF_8), AtomicFiles.PUBLIC);
  }

  /** Whether no other process has taken over. */
  private boolean isOurs() {
    try {
      return Files.readString(data.pid()).strip().equals(PID);
    } catch (IOException e) {
      return false;
    }
  }

  private void say(Ready ready, long begin) {
    writePid();
    // Before the file that is waited for: whoever has started us in the background reads this then.
    System.out.printf(
        "bellows: up after %.1f s. %s%n", (System.nanoTime() - begin) / 1e9, ready.line());
    AtomicFiles.write(data.ready(), Json.bytes(ready.facts()), AtomicFiles.PUBLIC);
  }

  private void deleteReady() {
    try {
      Files.deleteIfExists(data.ready());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
