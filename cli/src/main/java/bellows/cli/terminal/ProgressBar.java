package bellows.cli.terminal;

import bellows.cli.time.Time;
import java.time.Duration;
import java.time.Instant;

/**
 * How much of a known number of bytes is done. Redraws at most ten times a second; without a
 * terminal it prints one line at the end.
 */
public final class ProgressBar {
  private static final Duration REDRAW = Duration.ofMillis(100);

  private final Terminal terminal;
  private final Time time;
  private final long total;
  private final Instant began;
  private Instant drawn = Instant.EPOCH;
  private long done;

  public ProgressBar(Terminal terminal, Time time, long total) {
    this.terminal = terminal;
    this.time = time;
    this.total = total;
    this.began = time.now();
  }

  public void add(long bytes) {
    done += bytes;
    Instant now = time.now();
    if (Duration.between(drawn, now).compareTo(REDRAW) >= 0) {
      drawn = now;
      terminal.live(text(now));
    }
  }

  /** Starts from nothing, as when an upload is tried again. */
  public void restart() {
    done = 0;
  }

  public void finish() {
    done = total;
    terminal.live(null);
    terminal.line(text(time.now()));
  }

  private String text(Instant now) {
    double fraction = total == 0 ? 1 : Math.min(1, (double) done / total);
    int room = Math.max(10, Math.min(50, terminal.width() - 50));
    int filled = (int) (fraction * room);
    StringBuilder bar = new StringBuilder(" ");
    bar.append(Human.bytes(done)).append(" / ").append(Human.bytes(total)).append(" [");
    bar.repeat('=', filled).repeat('-', room - filled).append("] ");
    bar.append(Human.percent(fraction)).append(' ');
    return bar.append(Human.elapsed(Duration.between(began, now))).toString();
  }
}
