package bellows.dea.logs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a stream of bytes into lines of bounded length. Pure: the caller owns the bytes it has not
 * consumed.
 */
final class LineSplitter {
  private LineSplitter() {}

  /**
   * @param lines without their ends
   * @param consumed bytes of the input that the lines stand for
   */
  record Split(List<Line> lines, int consumed) {}

  /**
   * @param bytes what the line took in the stream, its end included
   */
  record Line(String text, int bytes) {}

  /**
   * @param longest bytes after which a line is cut
   * @param last no more bytes will come, so what is left without an end is a line too
   */
  static Split split(byte[] input, int length, int longest, boolean last) {
    List<Line> lines = new ArrayList<>();
    int start = 0;
    int i = 0;
    while (i < length) {
      if (input[i] == '\n') {
        lines.add(line(input, start, i, i + 1));
        start = i + 1;
      } else if (i - start + 1 == longest) {
        int cut = characterStart(input, start, i + 1);
        lines.add(line(input, start, cut, cut));
        start = cut;
      }
      i++;
    }
    if (last && start < length) {
      lines.add(line(input, start, length, length));
      start = length;
    }
    return new Split(lines, start);
  }

  /** Not in the middle of a UTF-8 character. */
  private static int characterStart(byte[] input, int start, int end) {
    int cut = end;
    while (cut > end - 4 && cut > start + 1 && cut < input.length && (input[cut] & 0xC0) == 0x80) {
      cut--;
    }
    return cut;
  }

  private static Line line(byte[] input, int from, int to, int next) {
    int end = to > from && input[to - 1] == '\r' ? to - 1 : to;
    return new Line(new String(input, from, end - from, StandardCharsets.UTF_8), next - from);
  }
}
