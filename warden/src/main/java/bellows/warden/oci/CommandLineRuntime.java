package bellows.warden.oci;

import bellows.base.process.Subprocess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Drives runc, or crun, which takes the same commands. Thread-safe. */
final class CommandLineRuntime implements OciRuntime {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final String program;
  private final Path state;

  /**
   * @param state directory for the runtime's own notes
   */
  CommandLineRuntime(String program, Path state) {
    this.program = program;
    this.state = state;
  }

  @Override
  public String name() {
    return program;
  }

  @Override
  public int run(String id, Path bundle, Path stdout, Path stderr) {
    Path pidFile = bundle.resolve("pid");
    Path log = bundle.resolve("runtime.log");
    // The standard streams become the container's, so the output cannot be collected here.
    ProcessBuilder builder =
        new ProcessBuilder(
                program,
                "--root",
                state.toString(),
                "--log",
                log.toString(),
                "run",
                "--detach",
                "--bundle",
                bundle.toString(),
                "--pid-file",
                pidFile.toString(),
                id)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(stdout.toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()));
    builder.environment().clear();
    builder
        .environment()
        .put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    try {
      Process process = builder.start();
      try {
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
          throw new RuntimeFailure(program + " run is not done after " + DEADLINE, null);
        }
      } finally {
        process.destroyForcibly();
      }
      if (process.exitValue() != 0) {
        String reason = Files.exists(log) ? Files.readString(log).strip() : "";
        throw new RuntimeFailure(
            program + " run: exit code " + process.exitValue() + ": " + reason, null);
      }
      return Integer.parseInt(Files.readString(pidFile).strip());
    } catch (IOException e) {
      throw new RuntimeFailure(program + " run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeFailure(program + " run was interrupted", e);
    }
  }

  @Override
  public void delete(String id) {
    if (Files.exists(state.resolve(id))) {
      Subprocess.Result result =
          Subprocess.run(
              DEADLINE, List.of(program, "--root", state.toString(), "delete", "--force", id));
      if (!result.ok() && Files.exists(state.resolve(id))) {
        throw new RuntimeFailure(program + " delete " + id + ": " + result.err().strip(), null);
      }
    }
  }
}
