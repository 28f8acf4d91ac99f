package bellows.router.errors;

import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which media types a client takes, and how gladly (RFC 9110, section 12.5.1). Parameters other
 * than the quality are not told apart; a quality that is none counts as 0.
 */
public final class Accept {
  private final List<Range> ranges;

  private record Range(String type, double quality) {}

  private Accept(List<Range> ranges) {
    this.ranges = ranges;
  }

  public static Accept of(RequestHead head) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < head.count(); i++) {
      if (head.name(i) == HeaderName.ACCEPT) {
        for (String range : head.text(head.valueStart(i), head.valueEnd(i)).split(",", -1)) {
          String[] parts = range.split(";", -1);
          ranges.add(new Range(parts[0].strip().toLowerCase(Locale.ROOT), quality(parts)));
        }
      }
    }
    return new Accept(ranges);
  }

  private static double quality(String[] range) {
    for (int i = 1; i < range.length; i++) {
      String parameter = range[i].strip();
      if (parameter.startsWith("q=") || parameter.startsWith("Q=")) {
        try {
          double quality = Double.parseDouble(parameter.substring(2));
          return quality >= 0 && quality <= 1 ? quality : 0;
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  /** Whether the type is named and wanted; a mere wildcard names nothing. */
  public boolean names(String type) {
    return ranges.stream().anyMatch(range -> range.type.equals(type) && range.quality > 0);
  }

  /** Whether the type is named, and nothing is wanted more. */
  public boolean prefers(String type) {
    double quality = quality(type);
    return names(type) && ranges.stream().allMatch(range -> range.quality <= quality);
  }

  /** From 0, not at all, to 1. The range that fits best says it: the type, its kind, any. */
  public double quality(String type) {
    String kind = type.substring(0, type.indexOf('/')) + "/*";
    for (String wanted : List.of(type, kind, "*/*")) {
      double best = -1;
      for (Range range : ranges) {
        if (range.type.equals(wanted)) {
          best = Math.max(best, range.quality);
        }
      }
      if (best >= 0) {
        return best;
      }
    }
    return 0;
  }
}
