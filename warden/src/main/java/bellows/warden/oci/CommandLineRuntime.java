package bellows.warden.oci;

import bellows.base.process.Subprocess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Drives runc, or crun, which takes the same commands. Thread-safe.
 *
 * <p>crun refuses a machine whose controllers are in version 1 of the cgroups while version 2 is
 * mounted, too. It need not see version 2, so on such a machine it runs in a mount namespace of its
 * own without it; mounts of the host still arrive there, and so in its containers.
 */
final class CommandLineRuntime implements OciRuntime {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /**
   * Perl reaches the calls by itself (see {@link SlotInit}), where unshare, a shell and umount are
   * three programs and 2 ms more. CLONE_NEWNS; MS_REC and MS_SLAVE; MNT_DETACH.
   */
  private static final String HIDING =
      """
      my ($unshare, $mount, $unmount) = map { $_ + 0 } splice @ARGV, 0, 3;
      my $hidden = shift;
      syscall($unshare, 0x20000) == 0
        and syscall($mount, my $none = 'none', my $root = '/', 0, 0x84000, 0) == 0
        and syscall($unmount, $hidden, 2) == 0
        and exec { $ARGV[0] } @ARGV;
      print STDERR "cannot hide $hidden: $!\n";
      exit 125;
      """;

  private static final List<String> CALLS =
      System.getProperty("os.arch").equals("aarch64")
          ? List.of("97", "40", "39")
          : List.of("272", "165", "166");

  private final String name;
  private final List<String> program;
  private final Path state;

  private CommandLineRuntime(String name, List<String> program, Path state) {
    this.name = name;
    this.program = program;
    this.state = state;
  }

  /**
   * @param state directory for the runtime's own notes
   */
  static CommandLineRuntime of(String program, Path state) {
    return new CommandLineRuntime(program, List.of(program), state);
  }

  /** One that does not see the mount {@code hidden}. */
  static CommandLineRuntime without(Path hidden, String program, Path state) {
    return new CommandLineRuntime(
        program + " without " + hidden,
        Stream.of(
                List.of("/usr/bin/perl", "-e", HIDING), CALLS, List.of(hidden.toString(), program))
            .flatMap(List::stream)
            .toList(),
        state);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int run(String id, Path bundle, Path stdout, Path stderr) {
    Path pidFile = bundle.resolve("pid");
    Path log = bundle.resolve("runtime.log");
    // The standard streams become the container's, so the output cannot be collected here.
    ProcessBuilder builder =
        new ProcessBuilder(
                command(
                    "--log",
                    log.toString(),
                    "run",
                    "--detach",
                    "--bundle",
                    bundle.toString(),
                    "--pid-file",
                    pidFile.toString(),
                    id))
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
          throw new RuntimeFailure(name + " run is not done after " + DEADLINE, null);
        }
      } finally {
        process.destroyForcibly();
      }
      if (process.exitValue() != 0) {
        String reason = Files.exists(log) ? Files.readString(log).strip() : "";
        throw new RuntimeFailure(
            name + " run: exit code " + process.exitValue() + ": " + reason, null);
      }
      return Integer.parseInt(Files.readString(pidFile).strip());
    } catch (IOException e) {
      throw new RuntimeFailure(name + " run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeFailure(name + " run was interrupted", e);
    }
  }

  @Override
  public void delete(String id) {
    if (Files.exists(state.resolve(id))) {
      Subprocess.Result result = Subprocess.run(DEADLINE, command("delete", "--force", id));
      if (!result.ok() && Files.exists(state.resolve(id))) {
        throw new RuntimeFailure(name + " delete " + id + ": " + result.err().strip(), null);
      }
    }
  }

  private List<String> command(String... words) {
    return Stream.of(program, List.of("--root", state.toString()), List.of(words))
        .flatMap(List::stream)
        .toList();
  }
}
