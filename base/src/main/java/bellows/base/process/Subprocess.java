package bellows.base.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end with a deadline and collects what it prints (bounded). */
public final class Subprocess {
  /** Output past this is cut: a program that prints more is not one we read whole. */
  private static final int OUTPUT_LIMIT_BYTES = 4 << 20;

  private Subprocess() {}

  /**
   * @param exitCode the program's exit code
   * @param out standard output, UTF-8, at most 4 MiB
   * @param err standard error, UTF-8, at most 4 MiB
   */
  public record Result(int exitCode, String out, String err) {
    public boolean ok() {
      return exitCode == 0;
    }

    /**
     * @throws SubprocessException when the exit code is not 0
     */
    public Result orThrow(String what) {
      if (exitCode != 0) {
        throw new SubprocessException(
            what + ": exit code " + exitCode + ": " + (err.isBlank() ? out : err).strip());
      }
      return this;
    }
  }

  /** Runs without input and with our environment. */
  public static Result run(Duration deadline, List<String> command) {
    return run(deadline, command, "", Map.of());
  }

  /**
   * @param input written to standard input, which is then closed
   * @param environment added to ours
   * @throws SubprocessException when the program cannot be started or is not done by the deadline
   *     (it is killed then)
   */
  public static Result run(
      Duration deadline, List<String> command, String input, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new SubprocessException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
    try {
      FutureTask<String> out = collect(process.getInputStream());
      FutureTask<String> err = collect(process.getErrorStream());
      feed(process.getOutputStream(), input);
      if (!process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new SubprocessException(command.getFirst() + " is not done after " + deadline);
      }
      return new Result(process.exitValue(), out.get(), err.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SubprocessException("interrupted while running " + command.getFirst(), e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new SubprocessException("cannot read the output of " + command.getFirst(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void feed(OutputStream stdin, String input) {
    try (stdin) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The program ended without reading its input; its exit code tells why.
    }
  }

  private static FutureTask<String> collect(InputStream stream) {
    FutureTask<String> task =
        new FutureTask<>(() -> {
          try (stream) {
            byte[] kept = stream.readNBytes(OUTPUT_LIMIT_BYTES);
            stream.transferTo(OutputStream.nullOutputStream());
            return new String(kept, StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    Thread.ofVirtual().start(task);
    return task;
  }
}
