package bellows.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void alignsColumnsAndCutsTrailingBlanks() {
    Table table = Table.headed("name", "routes").row("a-long-name", "x").row("b", "");
    assertThat(table.lines(new Style(false)))
        .containsExactly("name          routes", "a-long-name   x", "b");
  }

  @Test
  void coloursTakeNoRoom() {
    Style style = new Style(true);
    Table table = Table.plain().row(style.name("abc"), "1").row("abcd", "2");
    assertThat(table.lines(style)).containsExactly("\u001b[36;1mabc\u001b[0m    1", "abcd   2");
  }

  @Test
  void countsCharactersNotUnits() {
    assertThat(Table.visibleLength("he\u0301llo")).isEqualTo(5);
    assertThat(Table.visibleLength("🚀")).isEqualTo(1);
  }

  @Test
  void linesScrollAboveTheLiveLine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, out, true, false, 12);
    terminal.live("staging and more");
    terminal.line("hello");
    terminal.live(null);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("staging and\r\u001b[2Khello\nstaging and\r\u001b[2K");
  }
}
