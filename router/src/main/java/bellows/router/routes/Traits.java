package bellows.router.routes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What many endpoints have in common: their registrations but for ids. Equal ones are kept once, so
 * that an endpoint costs its own ids and little more. Immutable.
 */
final class Traits {
  /** Tags that say something to the router itself. */
  private static final Set<String> OURS = Set.of("state", "concurrency", "wake_page");

  /** Longer values are hardly those of many endpoints. */
  private static final int LONGEST_SHARED = 8;

  private static final String APP = "\0a";
  private static final String INSTANCE = "\0i";
  private static final String INDEX = "\0n";
  private static final String OWN = "\0o";

  private final String zone;
  private final String segment;
  private final boolean http2;
  private final boolean tls;
  private final int staleAfterMillis;

  /** Names in order, each with its value or a sign that stands for an id of the endpoint. */
  private final List<String> tags;

  private final boolean asleep;
  private final boolean maySleep;
  private final boolean wakePage;
  private final int concurrency;

  /** The ids of an endpoint, then the values of those tags that no other endpoint has. */
  record Ids(String app, String instance, String index) {}

  /**
   * @param own gets the values of tags that are the endpoint's own
   */
  Traits(
      Ids ids,
      SortedMap<String, String> tags,
      String zone,
      String segment,
      boolean http2,
      boolean tls,
      int staleAfterMillis,
      CompactTexts own) {
    this.zone = zone;
    this.segment = segment;
    this.http2 = http2;
    this.tls = tls;
    this.staleAfterMillis = staleAfterMillis;
    List<String> patterns = new ArrayList<>(2 * tags.size());
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      String pattern = pattern(tag.getKey(), tag.getValue(), ids);
      patterns.add(tag.getKey());
      patterns.add(pattern);
      if (pattern.equals(OWN)) {
        own.add(tag.getValue());
      }
    }
    this.tags = List.copyOf(patterns);
    this.asleep = SleepTags.isAsleep(tags);
    this.maySleep = SleepTags.maySleep(tags);
    this.wakePage = "true".equals(tags.get("wake_page"));
    this.concurrency = SleepTags.concurrency(tags);
  }

  private static String pattern(String name, String value, Ids ids) {
    if (OURS.contains(name)) {
      return value;
    }
    if (name.equals("instance_id") && value.equals(ids.index)) {
      return INDEX;
    }
    if (value.equals(ids.app)) {
      return APP;
    }
    if (value.equals(ids.instance)) {
      return INSTANCE;
    }
    return value.length() > LONGEST_SHARED || value.startsWith("\0") ? OWN : value;
  }

  /** The number that the text is; {@code otherwise} when it is none. */
  static int number(String text, int otherwise) {
    boolean plain =
        !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return plain ? Integer.parseInt(text) : otherwise;
  }

  /** The tags of an endpoint with these ids and own values. */
  Map<String, String> tags(Ids ids, List<String> own) {
    Map<String, String> named = new LinkedHashMap<>();
    int next = 0;
    for (int i = 0; i < tags.size(); i += 2) {
      String value =
          switch (tags.get(i + 1)) {
            case APP -> ids.app;
            case INSTANCE -> ids.instance;
            case INDEX -> ids.index;
            case OWN -> own.get(next++);
            default -> tags.get(i + 1);
          };
      named.put(tags.get(i), value);
    }
    return named;
  }

  String zone() {
    return zone;
  }

  String segment() {
    return segment;
  }

  /** Then an endpoint's own texts hold the name in its certificate, behind the ids. */
  boolean speaksTls() {
    return tls;
  }

  boolean speaksHttp2() {
    return http2;
  }

  int staleAfterMillis() {
    return staleAfterMillis;
  }

  boolean isAsleep() {
    return asleep;
  }

  boolean maySleep() {
    return maySleep;
  }

  boolean hasWakePage() {
    return wakePage;
  }

  int concurrency() {
    return concurrency;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || (other instanceof Traits traits && isAlike(traits));
  }

  private boolean isAlike(Traits traits) {
    return tags.equals(traits.tags)
        && zone.equals(traits.zone)
        && segment.equals(traits.segment)
        && http2 == traits.http2
        && tls == traits.tls
        && staleAfterMillis == traits.staleAfterMillis;
  }

  @Override
  public int hashCode() {
    return Objects.hash(tags, zone, segment, http2, tls, staleAfterMillis);
  }
}
