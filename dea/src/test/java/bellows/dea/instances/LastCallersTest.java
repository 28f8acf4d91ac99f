package bellows.dea.instances;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.Connection;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LastCallersTest {
  private final LastCallers callers = new LastCallers(Duration.ofSeconds(2));

  private boolean done(int second, Connection... connections) {
    return callers.done(Arrays.asList(connections), Duration.ofSeconds(second).toNanos());
  }

  private static Connection client(int port, long bytes, boolean unanswered) {
    return new Connection(61_001, "10.0.0.9:" + port, "10.0.0.2", bytes, unanswered);
  }

  @Test
  void areDoneWhenTheyAreGone() {
    assertThat(done(0, client(1, 10, true))).isFalse();
    assertThat(done(1)).isTrue();
  }

  @Test
  void areDoneWhenAllAreAnsweredAndSilent() {
    assertThat(done(0, client(1, 10, false), client(2, 10, false))).isFalse();
    assertThat(done(1, client(1, 10, false), client(2, 11, false))).isFalse();
    assertThat(done(2, client(1, 10, false), client(2, 11, false))).isFalse();
    assertThat(done(3, client(1, 10, false), client(2, 11, true))).isFalse();
    assertThat(done(4, client(1, 10, false), client(2, 11, false))).isTrue();
  }
}
