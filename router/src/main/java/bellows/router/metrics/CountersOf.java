package bellows.router.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * A counter for each constant of an enum. Any thread may count and read.
 *
 * @param <K> what is counted, by its kinds
 */
public final class CountersOf<K extends Enum<K>> {
  private final Map<K, LongAdder> adders;

  public CountersOf(Class<K> kinds) {
    adders = new EnumMap<>(kinds);
    for (K kind : kinds.getEnumConstants()) { // so that counting never changes the map
      adders.put(kind, new LongAdder());
    }
  }

  /** One more of this kind. */
  public void increment(K kind) {
    of(kind).increment();
  }

  /** How many there were of this kind. */
  public long sum(K kind) {
    return of(kind).sum();
  }

  private LongAdder of(K kind) {
    LongAdder adder = adders.get(kind);
    if (adder == null) {
      throw new IllegalStateException("not counted: " + kind);
    }
    return adder;
  }
}
