package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Exit;
import bellows.warden.Limits;
import bellows.warden.PortMapping;
import bellows.warden.WarmSlots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers from prepared ones, and what happens when those fail. */
class WarmSlotIT {
  @TempDir Path droplet;
  private TestWarden wardens;

  @BeforeEach
  void start() throws Exception {
    wardens = new TestWarden(TestWarden.freshConfig().withWarmSlots(2), step -> {});
    Files.writeString(droplet.resolve("app.txt"), "droplet");
  }

  @AfterEach
  void stop() {
    wardens.close();
    assertThat(Remains.of(wardens.config)).isEmpty();
  }

  @Test
  void isAContainerLikeAnyOther() {
    ContainerSpec spec =
        TestWarden.with(
            new ContainerSpec(
                "web-0",
                20_007,
                droplet,
                List.of(),
                List.of(
                    "bash",
                    "-c",
                    "id -un; id -u; cat app.txt; echo \"$TEXT\" > made; cat ~/made; stat -c %u . /tmp;"
                        + " env | sort; ulimit -n; cat /sys/fs/cgroup/pids/pids.max; exit 7"),
                ContainerSpec.HOME,
                Map.of("PATH", "/usr/bin:/bin", "TEXT", "it's \"a\" $b\n\\c"),
                new Limits(100, 64, 300, 50, 777),
                null,
                wardens.spec("x").egress()),
            new PortMapping(61_050, 8080));
    Container container = wardens.create(spec);
    try {
      container.start();

      TestWarden.Outcome outcome = TestWarden.outcome(container);
      assertThat(outcome)
          .isEqualTo(
              new TestWarden.Outcome(
                  new Exit(7, false),
                  """
                  vcap
                  20007
                  dropletit's "a" $b
                  \\c
                  20007
                  20007
                  PATH=/usr/bin:/bin
                  PWD=/home/vcap
                  SHLVL=1
                  TEXT=it's "a" $b
                  \\c
                  _=/usr/bin/env
                  777
                  50
                  """,
                  ""));
      assertThat(droplet.resolve("made")).doesNotExist();
      assertThat(container.id()).isEqualTo("web-0");
    } finally {
      container.destroy();
    }
  }

  @Test
  void isUsedOnceAndReplaced() {
    for (int i = 0; i < 4; i++) {
      assertThat(wardens.run("echo > /tmp/trace; ls /tmp").text()).isEqualTo("trace");
    }
    assertThat(wardens.warden.warmSlots().used()).isEqualTo(4);
    assertThat(wardens.warden.warmSlots().missed()).isZero();
  }

  /** Debian's own Node is a small program and stays as it is; Node's own builds are large. */
  @Test
  void showsACopyOfNodeInHugePages() throws Exception {
    Path node = Path.of("/usr/bin/node");
    String expected = Files.size(node) > 16 << 20 ? "tmpfs" : Files.getFileStore(node).type();

    assertThat(wardens.run("findmnt -n -o FSTYPE -T /usr/bin/node; node -p 6*7").text())
        .isEqualTo(expected + "\n42");
  }

  @Test
  void isMadeForWhatWasAskedForBefore() {
    ContainerSpec small = TestWarden.with(wardens.spec("true"), droplet);
    wardens.warden.create(small).destroy();
    assertThat(wardens.warden.warmSlots().missed()).isEqualTo(1);

    Eventually.until(
        "slots like it", Duration.ofSeconds(20), () -> wardens.warden.slotsLike(small) == 2);
    ContainerSpec large =
        TestWarden.with(
            TestWarden.with(wardens.spec("true"), droplet), new Limits(128, 128, 256, 64, 1024));
    wardens.warden.create(large).destroy();

    Eventually.until(
        "one of each",
        Duration.ofSeconds(20),
        () -> wardens.warden.slotsLike(small) == 1 && wardens.warden.slotsLike(large) == 1);
  }

  @Test
  void goesTheColdWayWhenAllAreDead() {
    Container first = wardens.create(TestWarden.with(wardens.spec("cat", "app.txt"), droplet));
    List<String> idle = waiting();
    idle.forEach(pid -> TestWarden.host("kill -9 " + pid));
    Eventually.until("all are dead", () -> idle.stream().allMatch(WarmSlotIT::isOver));
    try {
      // This one had its slot already when the slot died.
      first.start();
      assertThat(TestWarden.outcome(first))
          .isEqualTo(new TestWarden.Outcome(new Exit(0, false), "droplet", ""));
      assertThat(first.startPhases().warm()).isFalse();
    } finally {
      first.destroy();
    }
    Container second =
        wardens.warden.create(TestWarden.with(wardens.spec("cat", "app.txt"), droplet));
    try {
      second.start();
      assertThat(TestWarden.outcome(second).text()).isEqualTo("droplet");
    } finally {
      second.destroy();
    }
    assertThat(wardens.run("echo again").text()).isEqualTo("again");
  }

  @Test
  void isAdoptedWhenUsedAndSweptWhenIdle() {
    Container used = wardens.running("echo up; exec sleep 60");
    Eventually.until("it is up", () -> TestWarden.read(used.stdout()).equals("up\n"));
    Eventually.until(
        "idle ones", Duration.ofSeconds(20), () -> wardens.warden.warmSlots().ready() > 0);

    wardens = wardens.again();

    assertThat(wardens.warden.warmSlots()).isEqualTo(new WarmSlots(2, 0, 0, 0));
    assertThat(waiting()).containsExactly("" + used.pid().getAsInt());
    Container adopted = wardens.warden.find(used.id()).orElseThrow();
    assertThat(adopted.pid()).isPresent();
    assertThat(adopted.usage().memoryBytes()).isPositive();
    adopted.terminate();
    assertThat(TestWarden.exit(adopted)).isEqualTo(new Exit(143, false));
    adopted.destroy();
  }

  @Test
  void hasAnInitThatHasGivenUpEverything() {
    Container container = wardens.running("echo up; exec sleep 60");
    Eventually.until("it is up", () -> TestWarden.read(container.stdout()).equals("up\n"));
    try {
      String process = "/proc/" + container.pid().getAsInt();
      Eventually.until(
          "its init knows whose it is",
          () -> TestWarden.host("grep -qw ^Uid:.20000 " + process + "/status").ok());

      assertThat(
              TestWarden.host(
                      "grep -E 'Cap|NoNewPrivs|Seccomp:|^[UG]id|^Groups' " + process + "/status")
                  .out()
                  .lines()
                  .map(line -> line.replaceAll("\\s+", " ").strip()))
          .containsExactly(
              "Uid: 20000 20000 20000 20000",
              "Gid: 20000 20000 20000 20000",
              "Groups:",
              "CapInh: 0000000000000000",
              "CapPrm: 0000000000000000",
              "CapEff: 0000000000000000",
              "CapBnd: 0000000000000000",
              "CapAmb: 0000000000000000",
              "NoNewPrivs: 1",
              "Seccomp: 2");
      assertThat(TestWarden.host("ls " + process + "/fd").out()).isEqualTo("0\n1\n2\n");
    } finally {
      container.destroy();
    }
  }

  @Test
  void leavesNothingWhenItIsNeverStarted() {
    wardens.create(wardens.spec("true")).destroy();
    assertThat(wardens.warden.containers()).isEmpty();
  }

  private static boolean isOver(String pid) {
    return TestWarden.host(
            "[ ! -e /proc/" + pid + " ] || grep -q '^State:.Z' /proc/" + pid + "/status")
        .ok();
  }

  /** The first processes of slots, as the host numbers them. */
  private List<String> waiting() {
    return TestWarden.host(
            "grep -l "
                + wardens.config.name()
                + "/slot- /proc/[0-9]*/cgroup | cut -d/ -f3 | while read p; do"
                + " grep -q perl /proc/$p/cmdline && echo $p; done")
        .out()
        .lines()
        .toList();
  }
}
