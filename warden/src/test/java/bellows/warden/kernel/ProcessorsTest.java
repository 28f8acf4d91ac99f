package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessorsTest {
  private Process waiting;

  @BeforeEach
  void start() throws IOException {
    waiting = new ProcessBuilder("cat").start();
  }

  @AfterEach
  void end() throws InterruptedException {
    waiting.destroyForcibly().waitFor();
  }

  @Test
  void keepsItOffOneProcessorWhileItIsWoken() {
    long before = allowed();
    List<Long> meanwhile = new ArrayList<>();

    Processors.wakeElsewhere(pid(), () -> meanwhile.add(allowed()));

    // One that has nowhere else to go stays where it is.
    assertThat(meanwhile).containsExactly(before == 1 ? 1 : before - 1);
    assertThat(allowed()).isEqualTo(before);
  }

  @Test
  void letsItGoWhereItMayAlsoWhenWakingFails() {
    long before = allowed();

    assertThatThrownBy(() ->
            Processors.wakeElsewhere(
                pid(),
                () -> {
                  throw new IllegalStateException("it does not read");
                }))
        .hasMessage("it does not read");
    assertThat(allowed()).isEqualTo(before);
  }

  @Test
  void wakesOneThatIsGone() throws InterruptedException {
    waiting.destroyForcibly().waitFor();
    List<String> done = new ArrayList<>();

    Processors.wakeElsewhere(pid(), () -> done.add("woken"));

    assertThat(done).containsExactly("woken");
  }

  private int pid() {
    return Math.toIntExact(waiting.pid());
  }

  /** How many processors it may run on. */
  private long allowed() {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
          .filter(line -> line.startsWith("Cpus_allowed:"))
          .flatMapToInt(line -> line.substring(line.indexOf(':')).chars())
          .map(digit -> Integer.bitCount(Math.max(0, Character.digit(digit, 16))))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
