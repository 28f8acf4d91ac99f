package bellows.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes. Results go to standard output, warnings and failures to standard error,
 * so that a pipe gets data only. Thread-safe: a line and the live line below it never mix.
 */
public final class Terminal {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final boolean colour;
  private final int width;
  private @Nullable String live;

  /**
   * @param interactive whether standard output is a terminal, so that a line may be redrawn
   */
  public Terminal(
      PrintStream out, PrintStream err, boolean interactive, boolean colour, int width) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.colour = colour;
    this.width = width;
  }

  /**
   * The process's own terminal. The launcher script says in {@code bellows.terminal} whether there
   * is one and how wide it is ({@code 0} for none): finding out from Java would cost more than most
   * commands.
   */
  public static Terminal system(Map<String, String> environment) {
    int width = Integer.getInteger("bellows.terminal", 0);
    boolean interactive = width > 0;
    String noColour = environment.getOrDefault("NO_COLOR", "");
    boolean colour =
        interactive && noColour.isEmpty() && !"dumb".equals(environment.getOrDefault("TERM", ""));
    return new Terminal(
        stream(FileDescriptor.out), stream(FileDescriptor.err), interactive, colour, width);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  public boolean interactive() {
    return interactive;
  }

  /** Columns of the terminal; 80 when it is none. */
  public int width() {
    return width > 0 ? width : 80;
  }

  public Style style() {
    return new Style(colour);
  }

  /** One line of result. */
  public synchronized void line(String text) {
    hideLive();
    out.println(text);
    showLive();
    out.flush();
  }

  public void line() {
    line("");
  }

  /** What every action that worked ends with. */
  public void ok() {
    line(style().success("OK"));
  }

  /** Text as it is, without a line end. */
  public synchronized void raw(String text) {
    hideLive();
    out.print(text);
    out.flush();
  }

  /** Bytes as they are. */
  public synchronized void raw(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  /** One line on standard error. */
  public synchronized void warn(String text) {
    hideLive();
    out.flush();
    err.println(text);
    err.flush();
    showLive();
    out.flush();
  }

  /** Text of a question; on standard error, so that it is seen when the output goes elsewhere. */
  public synchronized void ask(String text) {
    err.print(text);
    err.flush();
  }

  /**
   * Shows {@code text} as the last line until the next call, or takes it away when null. Does
   * nothing without a terminal.
   */
  public synchronized void live(@Nullable String text) {
    if (!interactive) {
      return;
    }
    hideLive();
    live = text == null || text.length() < width ? text : text.substring(0, width - 1);
    showLive();
    out.flush();
  }

  private void hideLive() {
    if (live != null) {
      out.print(CLEAR_LINE);
    }
  }

  private void showLive() {
    if (live != null) {
      out.print(live);
    }
  }
}
