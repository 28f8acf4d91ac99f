package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Exit;
import bellows.warden.PortMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The platform dies and comes back while containers run. */
class AdoptionIT {
  private static final String TICKER =
      """
      trap 'echo bye; exit 9' TERM
      n=0; while true; do n=$((n+1)); echo line $n; sleep 0.05; done
      """;

  @Test
  void anotherWardenTakesOverWhatRuns() {
    TestWarden first = new TestWarden();
    Container before =
        first.running(TICKER, s -> TestWarden.with(s, new PortMapping(61_005, 8080)));
    Eventually.until("it writes", () -> TestWarden.read(before.stdout()).contains("line 3"));

    try (TestWarden second = first.again()) {
      Container after = second.warden.find(before.id()).orElseThrow();
      assertThat(after.spec()).isEqualTo(before.spec());
      assertThat(after.ip()).isEqualTo(before.ip());
      assertThat(after.pid()).isEqualTo(before.pid());
      assertThat(after.usage().cpuNanos()).isPositive();
      assertThat(after.usage().memoryBytes()).isPositive();
      assertThat(after.usage().diskBytes()).isPositive();
      assertThat(TestWarden.host("nft list map ip " + first.config.name() + " awake").out())
          .contains("61005 : " + before.ip());
      assertThat(second.run("true").exit()).isEqualTo(new Exit(0, false));
      String notes = "/run/warden-" + first.config.name();
      assertThat(
              TestWarden.host("findmnt -n -o FSTYPE -T %1$s; stat -c %%a %1$s".formatted(notes))
                  .out())
          .as("secrets are kept in memory, for root")
          .isEqualTo("tmpfs\n700\n");

      after.terminate();

      assertThat(TestWarden.exit(after)).isEqualTo(new Exit(9, false));
      assertThat(TestWarden.read(after.stdout()))
          .startsWith("line 1\nline 2\nline 3\n")
          .endsWith("bye\n");
      assertThat(after.pid()).isEmpty();
    }
    assertThat(Remains.of(first.config)).isEmpty();
  }

  @Test
  void anExitWhileNobodyWatchedIsTold() {
    TestWarden first = new TestWarden();
    Container quick = first.running("sleep 0.5; echo done; exit 6");
    Container greedy = first.running("sleep 0.5; python3 -c 'b = bytearray(300 << 20)' || exit $?");
    first.warden.close();
    Eventually.until("both are over", () -> !alive(quick) && !alive(greedy));

    try (TestWarden second = first.again()) {
      assertThat(TestWarden.outcome(second.warden.find(quick.id()).orElseThrow()))
          .isEqualTo(new TestWarden.Outcome(new Exit(6, false), "done\n", ""));
      assertThat(TestWarden.exit(second.warden.find(greedy.id()).orElseThrow()))
          .isEqualTo(new Exit(137, true));
    }
  }

  @Test
  void aKilledPlatformLosesNothing() throws Exception {
    LinuxWarden.Config config = TestWarden.freshConfig();
    Process platform =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WardenProcess.class.getName(),
                config.name(),
                config.directory().toString(),
                config.subnet(),
                config.instanceAddress())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String id;
    try (var out = platform.inputReader()) {
      do {
        id = out.readLine();
      } while (id != null && !id.startsWith("container "));
    }
    platform.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    assertThat(id).isNotNull();

    try (TestWarden second = new TestWarden(config, step -> {})) {
      Container adopted = second.warden.find(id.substring("container ".length())).orElseThrow();
      String seen = TestWarden.read(adopted.stdout());
      Eventually.until(
          "it goes on", () -> TestWarden.read(adopted.stdout()).length() > seen.length());
      // It was created, but not started, when the platform died: nobody waits for it any more.
      assertThat(second.warden.containers()).hasSize(1);
      assertThat(TestWarden.read(adopted.stdout()).lines().toList().get(1)).isEqualTo("line 2");
    }
    assertThat(Remains.of(config)).isEmpty();
  }

  @Test
  void aStatusThatTheAppForgedHarmsNobody() {
    try (TestWarden wardens = new TestWarden()) {
      assertThat(wardens.run("echo 99999999999999999 > /run/exit; kill -9 $PPID; sleep 9").exit())
          .isEqualTo(new Exit(137, false));
      assertThat(wardens.run("kill -9 $$").exit()).isEqualTo(new Exit(137, false));
    }
  }

  /** Started in another JVM, which is then killed. */
  static final class WardenProcess {
    private WardenProcess() {}

    public static void main(String[] args) throws Exception {
      var config = new LinuxWarden.Config(args[0], Path.of(args[1]), args[2], args[3]);
      TestWarden wardens = new TestWarden(config, step -> {});
      wardens.warden.create(wardens.spec("true"));
      ContainerSpec spec = wardens.spec("bash", "-c", TICKER);
      Container container = wardens.warden.create(spec);
      container.start();
      System.out.println("container " + spec.id());
      Thread.sleep(Duration.ofMinutes(1));
    }
  }

  private static boolean alive(Container container) {
    return container.pid().isPresent()
        && Files.exists(Path.of("/proc/" + container.pid().getAsInt() + "/root/usr"));
  }
}
