package bellows.cli.apps;

import bellows.cli.api.Json;
import bellows.cli.terminal.Human;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the API says beside the contract about an instance's sleep, for people. */
final class Sleeping {
  private Sleeping() {}

  /**
   * @param instance from a process's stats, or from its embedded instances
   */
  static boolean isAsleep(Json instance) {
    return instance.flag("asleep") || instance.flag("sleep", "asleep");
  }

  /** One line about its wakes; empty when it never slept. */
  static String wakes(Json stat) {
    Json sleep = stat.at("sleep");
    long count = sleep.number("wakes");
    if (count == 0) {
      return "";
    }
    StringBuilder line = new StringBuilder();
    line.append("#%d woken %s".formatted(stat.number("index"), times(count)));
    sleep.time("last_at").ifPresent(at -> line.append(", last ").append(Human.date(at)));
    String by = sleep.text("last_request").isEmpty() ? sleep.text("last_reason") : request(sleep);
    if (!by.isEmpty()) {
      line.append(" by ").append(by);
    }
    return line.append(took(sleep)).toString();
  }

  private static String times(long count) {
    return count == 1 ? "once" : count + " times";
  }

  private static String request(Json sleep) {
    String client = sleep.text("last_client");
    return sleep.text("last_request") + (client.isEmpty() ? "" : " (" + client + ")");
  }

  /** The phases follow each other, so the whole is their sum. */
  private static String took(Json sleep) {
    List<String> phases = new ArrayList<>();
    double total = 0;
    for (var phase : sleep.members("phases_ms").entrySet()) {
      double millis = phase.getValue().real();
      total += millis;
      phases.add("%s %s".formatted(phase.getKey().replace('_', ' '), millis(millis)));
    }
    return phases.isEmpty()
        ? ""
        : ", in %s: %s".formatted(millis(total), String.join(", ", phases));
  }

  private static String millis(double millis) {
    return millis >= 10_000
        ? Human.elapsed(Duration.ofMillis((long) millis))
        : String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
  }
}
