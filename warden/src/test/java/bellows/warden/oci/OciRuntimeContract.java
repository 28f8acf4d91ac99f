package bellows.warden.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.Eventually;
import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Processes;
import bellows.warden.rootfs.RootSkeleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the warden counts on in any runtime, seen in real containers without a network. */
abstract class OciRuntimeContract {
  private static final int UID = 20_001;

  /** Of this process: tests of others may run beside these. */
  private static final String PARENT = "/wtcontract" + ProcessHandle.current().pid();

  @TempDir Path directory;
  private final String id = "contract-" + Long.toString(System.nanoTime(), 36);
  private OciRuntime runtime;
  private Path bundle;
  private Path stdout;
  private Path stderr;
  private Path exit;

  abstract OciRuntime runtime(Path state);

  @BeforeEach
  void prepare() throws Exception {
    runtime = runtime(directory.resolve("state"));
    bundle = Files.createDirectory(directory.resolve("bundle"));
    stdout = Files.createFile(directory.resolve("stdout"));
    stderr = Files.createFile(directory.resolve("stderr"));
    exit = Files.writeString(directory.resolve("exit"), Init.NO_STATUS);
    Files.setAttribute(exit, "unix:uid", UID);
  }

  @AfterEach
  void remove() {
    runtime.delete(id);
    runtime.close();
    CgroupTree.of(Mounts.now()).remove(PARENT);
  }

  @Test
  void runsTheProgramAndIsGoneBeforeItEnds() throws Exception {
    config("echo out; echo err >&2; sleep 60");

    int pid = runtime.run(id, bundle, stdout, stderr);

    assertThat(Processes.livesIn(pid, PARENT + "/" + id)).isTrue();
    Eventually.until("it speaks", () -> text(stderr).equals("err\n"));
    assertThat(text(stdout)).isEqualTo("out\n");
    runtime.delete(id);
    Eventually.until("it is dead", () -> !Processes.livesIn(pid, PARENT + "/" + id));
    runtime.delete(id);
  }

  @Test
  void leavesTheExitStatusInTheFile() throws Exception {
    config("exit 7");

    runtime.run(id, bundle, stdout, stderr);

    Eventually.until("it is over", () -> text(exit).startsWith("7\n"));
  }

  @Test
  void appendsToWhatIsThere() throws Exception {
    Files.writeString(stdout, "before\n");
    config("echo after");

    runtime.run(id, bundle, stdout, stderr);

    Eventually.until("it speaks", () -> text(stdout).equals("before\nafter\n"));
  }

  /** Two starts in a row, and one for which a launcher waits that somebody has killed. */
  @Test
  void runsOneAfterTheOther() throws Exception {
    config("echo again; exec sleep 60");
    Set<Long> before = launchers();
    for (int i = 1; i <= 4; i++) {
      runtime.run(id, bundle, stdout, stderr);
      String all = "again\n".repeat(i);
      Eventually.until("it speaks", () -> text(stdout).equals(all));
      runtime.delete(id);
      if (i > 1) {
        Eventually.until("the next one waits", () -> launchers().size() > before.size());
      }
      if (i == 3) {
        List<ProcessHandle> killed =
            launchers().stream()
                .filter(pid -> !before.contains(pid))
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
        killed.forEach(ProcessHandle::destroyForcibly);
        // Its command is gone before its end of the pipe is, so nothing else tells.
        Eventually.until("it is dead", () -> killed.stream().noneMatch(ProcessHandle::isAlive));
      }
    }

    runtime.close();

    Eventually.until("none waits", () -> before.containsAll(launchers()));
  }

  /** The first one's is compiled; crun is given that for the next ones. */
  @Test
  void filtersTheCallsOfEachAlike() throws Exception {
    String kernelSays = "Seccomp:\t2\nSeccomp_filters:\t1\nno\n";
    String script = "grep Seccomp /proc/self/status; unshare -U true || echo no";
    for (int i = 1; i <= 2; i++) {
      config(script);
      runtime.run(id, bundle, stdout, stderr);
      String all = kernelSays.repeat(i);
      Eventually.until("it speaks", () -> text(stdout).equals(all));
      runtime.delete(id);
      assertThat(runtime.compiledFilter().isPresent()).isEqualTo(runtime.name().contains("crun"));
    }
    assertThat(text(bundle.resolve("config.json")).contains("seccomp_bpf_data"))
        .isEqualTo(runtime.name().contains("crun"));
  }

  private static Set<Long> launchers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().filter(c -> c.endsWith("perl")).isPresent())
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  @Test
  void tellsWhyItCouldNot() throws Exception {
    Files.writeString(bundle.resolve("config.json"), "{\"ociVersion\":\"1.0.2\"}");

    assertThatThrownBy(() -> runtime.run(id, bundle, stdout, stderr))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("exit code");
    runtime.delete(id);
  }

  private void config(String script) throws Exception {
    RootSkeleton skeleton = new RootSkeleton(directory.resolve("root"));
    skeleton.make("");
    Path home = Files.createDirectories(directory.resolve("home"));
    List<BindMount> mounts = new ArrayList<>(skeleton.shown());
    mounts.add(BindMount.writable(exit, Path.of(Bundle.EXIT_FILE)));
    ContainerSpec spec =
        new ContainerSpec(
            id,
            UID,
            null,
            List.of(),
            List.of("sh", "-c", script),
            ContainerSpec.HOME,
            Map.of("PATH", "/usr/bin"),
            new Limits(64, 16, 128, 32, 64),
            null,
            Egress.none());
    Files.write(
        bundle.resolve("config.json"),
        new Bundle(
                spec,
                skeleton.root(),
                home,
                mounts,
                null,
                PARENT + "/" + id,
                CgroupTree.of(Mounts.now()).limitsSwap(),
                1024,
                null,
                runtime.compiledFilter())
            .json());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
