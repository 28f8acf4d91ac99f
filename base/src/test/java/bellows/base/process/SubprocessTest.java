package bellows.base.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import bellows.base.time.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SubprocessTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void outputErrorsAndExitCodeAreKeptApart() {
    Subprocess.Result result =
        Subprocess.run(LONG, List.of("sh", "-c", "echo out; echo err >&2; exit 3"));
    assertThat(result).isEqualTo(new Subprocess.Result(3, "out\n", "err\n"));
    assertThat(result.ok()).isFalse();
  }

  @Test
  void inputAndEnvironmentReachTheProgram() {
    Subprocess.Result result =
        Subprocess.run(LONG, List.of("sh", "-c", "cat; echo $A"), "hello ", Map.of("A", "b"));
    assertThat(result.out()).isEqualTo("hello b\n");
  }

  @Test
  void aFailureCanBeThrownInTheProgramsOwnWords() {
    assertThatExceptionOfType(SubprocessException.class)
        .isThrownBy(() ->
            Subprocess.run(LONG, List.of("sh", "-c", "echo no disk >&2; exit 1")).orThrow("mkfs"))
        .withMessage("mkfs: exit code 1: no disk");
    assertThatExceptionOfType(SubprocessException.class)
        .isThrownBy(
            () -> Subprocess.run(LONG, List.of("sh", "-c", "echo why; exit 1")).orThrow("mkfs"))
        .withMessage("mkfs: exit code 1: why");
    assertThat(Subprocess.run(LONG, List.of("true")).orThrow("true").ok()).isTrue();
  }

  @Test
  void aMissingProgramIsNamed() {
    assertThatExceptionOfType(SubprocessException.class)
        .isThrownBy(() -> Subprocess.run(LONG, List.of("no-such-program-here")))
        .withMessageContaining("no-such-program-here");
  }

  @Test
  void aProgramThatTakesTooLongIsKilled() {
    assertThatExceptionOfType(SubprocessException.class)
        .isThrownBy(() -> Subprocess.run(Duration.ofMillis(200), List.of("sleep", "54321.25")))
        .withMessageContaining("not done after");
    Eventually.until(
        "it is gone",
        () ->
            ProcessHandle.current()
                .descendants()
                .noneMatch(p -> p.info().commandLine().orElse("").contains("54321.25")));
  }

  @Test
  void muchOutputOnBothStreamsDoesNotBlock() {
    Subprocess.Result result =
        Subprocess.run(
            LONG, List.of("sh", "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"));
    assertThat(result.out()).hasSize(3_000_000);
    assertThat(result.err()).hasSize(3_000_000);
  }

  @Test
  void outputPastTheBoundIsCut() {
    Subprocess.Result result = Subprocess.run(LONG, List.of("head", "-c", "9000000", "/dev/zero"));
    assertThat(result.ok()).isTrue();
    assertThat(result.out()).hasSize(4 << 20);
  }

  @Test
  void aProgramNeedNotReadItsInput() {
    assertThat(Subprocess.run(LONG, List.of("true"), "x".repeat(1 << 20), Map.of()).ok()).isTrue();
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() {
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Subprocess.run(LONG, List.of("sleep", "54322.25"));
              } catch (SubprocessException e) {
                interrupted.set(Thread.currentThread().isInterrupted());
              }
            });
    waiting.interrupt();
    Eventually.until("the wait has ended", () -> interrupted.get() != null);
    assertThat(interrupted.get()).isTrue();
  }
}
