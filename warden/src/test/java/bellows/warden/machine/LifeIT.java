package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.Container;
import bellows.warden.Exit;
import bellows.warden.Usage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeIT {
  private TestWarden wardens;

  @BeforeAll
  void start() {
    wardens = new TestWarden(config(), step -> {});
  }

  LinuxWarden.Config config() {
    return TestWarden.freshConfig();
  }

  @AfterAll
  void stop() {
    wardens.close();
  }

  @Test
  void runsAProgramAndTellsItsOutputAndStatus() {
    var outcome = wardens.run("echo out; echo err >&2; exit 7");

    assertThat(outcome.exit()).isEqualTo(new Exit(7, false));
    assertThat(outcome.out()).isEqualTo("out\n");
    assertThat(outcome.err()).isEqualTo("err\n");
  }

  @Test
  void tellsAMissingProgramAsTheShellDoes() {
    Container container = wardens.create(wardens.spec("no-such-program"));
    try {
      container.start();

      assertThat(TestWarden.exit(container)).isEqualTo(new Exit(127, false));
      assertThat(TestWarden.read(container.stderr())).contains("no-such-program");
    } finally {
      container.destroy();
    }
  }

  @Test
  void asksTheWholeProcessGroupToEndAndWaitsForTheApp() {
    Container container =
        wardens.running("trap 'echo bye; sleep 0.2; exit 9' TERM; echo up; sleep 60 & wait; wait");
    try {
      Eventually.until("it is up", () -> isUp(container));

      container.terminate();

      assertThat(TestWarden.exit(container)).isEqualTo(new Exit(9, false));
      assertThat(TestWarden.outcome(container).text()).isEqualTo("up\nbye");
      container.terminate();
    } finally {
      container.destroy();
    }
  }

  @Test
  void tellsASignalAsTheShellDoesAndAddsNoWordsOfItsOwn() {
    Container asked = wardens.running("echo up; exec sleep 60");
    Container killed = wardens.running("trap '' TERM; echo up; sleep 60");
    try {
      Eventually.until("both run", () -> isUp(asked) && isUp(killed));
      asked.terminate();
      killed.terminate();
      killed.kill();

      assertThat(TestWarden.outcome(asked))
          .isEqualTo(new TestWarden.Outcome(new Exit(143, false), "up\n", ""));
      assertThat(TestWarden.outcome(killed))
          .isEqualTo(new TestWarden.Outcome(new Exit(137, false), "up\n", ""));
    } finally {
      asked.destroy();
      killed.destroy();
    }
  }

  @Test
  void leavesNoZombie() {
    // The grandchild's parent ends first, so process 1 inherits it.
    var outcome =
        wardens.run(
            "python3 -c 'import os, time\nif os.fork() == 0:\n  if os.fork(): os._exit(0)\n"
                + "  time.sleep(0.1)'; sleep 0.5; grep -h State /proc/[0-9]*/status | grep -c Z");

    assertThat(outcome.out()).isEqualTo("0\n");
  }

  @Test
  void countsWhatItUses() {
    Container container =
        wardens.running("head -c 20M /dev/urandom > ~/file; echo written; exec sleep 60");
    try {
      Eventually.until("it has", () -> TestWarden.read(container.stdout()).equals("written\n"));

      Usage usage = container.usage();
      assertThat(usage.diskBytes()).isBetween(20L << 20, 25L << 20);
      assertThat(usage.cpuNanos()).isBetween(1_000_000L, 10_000_000_000L);
      assertThat(usage.memoryBytes()).isBetween(100_000L, 128L << 20);
    } finally {
      container.destroy();
    }
  }

  private static boolean isUp(Container container) {
    return TestWarden.read(container.stdout()).equals("up\n");
  }
}
