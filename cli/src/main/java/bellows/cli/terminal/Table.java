package bellows.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows in aligned columns, three blanks apart, without trailing blanks. */
public final class Table {
  private static final String GAP = "   ";

  private final List<List<String>> rows = new ArrayList<>();
  private final boolean headed;
  private String indent = "";

  private Table(boolean headed) {
    this.headed = headed;
  }

  public static Table headed(String... columns) {
    Table table = new Table(true);
    table.rows.add(List.of(columns));
    return table;
  }

  /** Of keys and values, as {@code key: value}. */
  public static Table plain() {
    return new Table(false);
  }

  public Table indented(String by) {
    indent = by;
    return this;
  }

  /** Cells may be coloured: escape sequences take no room. */
  public Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  public void print(Terminal terminal) {
    for (String line : lines(terminal.style())) {
      terminal.line(line);
    }
  }

  List<String> lines(Style style) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], visibleLength(row.get(i)));
      }
    }
    List<String> lines = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder line = new StringBuilder(indent);
      List<String> row = rows.get(r);
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        line.append(headed && r == 0 ? style.heading(cell) : cell);
        if (i < row.size() - 1) {
          line.repeat(' ', widths[i] - visibleLength(cell)).append(GAP);
        }
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  static int visibleLength(String text) {
    int length = 0;
    boolean escape = false;
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      if (escape) {
        escape = character != 'm';
      } else if (character == 0x1b) {
        escape = true;
      } else if (Character.getType(character) != Character.NON_SPACING_MARK) {
        length++;
      }
    }
    return length;
  }
}
