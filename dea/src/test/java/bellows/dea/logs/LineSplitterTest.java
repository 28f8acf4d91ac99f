package bellows.dea.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  private static LineSplitter.Split split(String text, int longest, boolean last) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return LineSplitter.split(bytes, bytes.length, longest, last);
  }

  private static List<String> texts(LineSplitter.Split split) {
    return split.lines().stream().map(LineSplitter.Line::text).toList();
  }

  @Test
  void leavesALineThatHasNotEnded() {
    LineSplitter.Split split = split("one\ntwo\r\n\nthr", 100, false);
    assertThat(texts(split)).containsExactly("one", "two", "");
    assertThat(split.consumed()).isEqualTo(10);
  }

  @Test
  void takesTheRestAtTheEnd() {
    assertThat(texts(split("one\ntwo", 100, true))).containsExactly("one", "two");
  }

  @Test
  void cutsLongLinesBetweenCharacters() {
    LineSplitter.Split split = split("abcdef\n", 4, false);
    assertThat(texts(split)).containsExactly("abcd", "ef");
    assertThat(texts(split("aaaé\n", 4, false))).containsExactly("aaa", "é");
  }

  @Test
  void accountsForEveryByte() {
    LineSplitter.Split split = split("aaa€bbb€ccc\ndd\r\n", 5, true);
    assertThat(split.lines().stream().mapToInt(LineSplitter.Line::bytes).sum())
        .isEqualTo(split.consumed())
        .isEqualTo(20);
    assertThat(String.join("", texts(split))).isEqualTo("aaa€bbb€cccdd");
  }
}
