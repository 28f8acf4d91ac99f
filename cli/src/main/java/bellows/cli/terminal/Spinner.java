package bellows.cli.terminal;

import bellows.cli.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Shows in the last line that something is going on and for how long, while other lines scroll
 * above it. Draws from a thread of its own; nothing at all without a terminal.
 */
public final class Spinner implements AutoCloseable {
  private static final String FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  private static final Duration FRAME = Duration.ofMillis(100);

  private final Terminal terminal;
  private final Time time;
  private final Supplier<String> text;
  private final Instant began;
  private final Thread painter;
  private volatile boolean closed;

  public Spinner(Terminal terminal, Time time, Supplier<String> text) {
    this.terminal = terminal;
    this.time = time;
    this.text = text;
    this.began = time.now();
    this.painter = Thread.ofVirtual().unstarted(this::paint);
    if (terminal.interactive()) {
      painter.start();
    }
  }

  private void paint() {
    for (int frame = 0; !closed; frame++) {
      String elapsed = Human.elapsed(Duration.between(began, time.now()));
      terminal.live(
          FRAMES.charAt(frame % FRAMES.length())
              + " "
              + text.get()
              + " "
              + terminal.style().faint(elapsed));
      try {
        Thread.sleep(FRAME);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    if (terminal.interactive()) {
      painter.interrupt();
      try {
        painter.join(FRAME.multipliedBy(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    terminal.live(null);
  }
}
