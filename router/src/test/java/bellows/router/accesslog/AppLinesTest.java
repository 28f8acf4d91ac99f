package bellows.router.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.bus.MessageBus;
import bellows.contracts.logs.LogBatch;
import bellows.router.http1.AsciiWriter;
import org.junit.jupiter.api.Test;

class AppLinesTest {
  private final AppLines lines = new AppLines();

  private static AsciiWriter line(String text) {
    return new AsciiWriter(1).put(text);
  }

  @Test
  void areABatchAsEveryoneReadsIt() {
    lines.add("app-1", "3", 1893456000123456789L, line("GET \"/\" \\x22 200"));
    lines.add("app\"2\n", "", 1L, line(""));
    LogBatch batch = Json.read(lines.take(), LogBatch.class);
    assertThat(batch.lines())
        .containsExactly(
            new LogBatch.Line(
                "app-1", 1893456000123456789L, "RTR", "3", false, "GET \"/\" \\x22 200"),
            new LogBatch.Line("app\"2\n", 1L, "RTR", "0", false, ""));
  }

  @Test
  void beginAgainWhenTaken() {
    lines.add("app", "0", 1L, line("first"));
    lines.take();
    assertThat(lines.isEmpty()).isTrue();
    lines.add("app", "0", 2L, line("second"));
    assertThat(Json.read(lines.take(), LogBatch.class).lines())
        .extracting(LogBatch.Line::text)
        .containsExactly("second");
  }

  @Test
  void areFullWellBelowTheLongestMessageOfTheBus() {
    while (!lines.isFull()) {
      lines.add("app", "0", 1L, line("a line "));
    }
    // The longest URI and headers, each byte of which has been escaped.
    lines.add("app", "0", 1L, line("\\x22".repeat(40_000)));
    assertThat(lines.take().length).isLessThan(MessageBus.MAX_MESSAGE_BYTES / 2);
  }
}
