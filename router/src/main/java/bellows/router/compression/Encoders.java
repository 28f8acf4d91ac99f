package bellows.router.compression;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The encoders of one event loop. Each needs some 300 to 700 KB outside the heap for as long as its
 * response takes, which a slow client can make long: beyond a number of them, responses go out as
 * they are.
 */
public final class Encoders {
  static final int MOST = 64;
  private static final int KEPT = 4;

  private final Map<Coding, ArrayDeque<Encoder>> free = new EnumMap<>(Coding.class);
  private int used;

  public Encoders() {
    for (Coding coding : Coding.values()) {
      free.put(coding, new ArrayDeque<>(KEPT));
    }
  }

  /** Null when all are in use. */
  @Nullable Encoder take(Coding coding) {
    if (used == MOST) {
      return null;
    }
    used++;
    Encoder kept = kept(coding).pollLast();
    if (kept != null) {
      return kept;
    }
    return switch (coding) {
      case ZSTD -> new ZstdEncoder();
      case GZIP -> new GzipEncoder();
    };
  }

  void giveBack(Coding coding, Encoder encoder) {
    used--;
    ArrayDeque<Encoder> kept = kept(coding);
    if (kept.size() < KEPT) {
      kept.addLast(encoder);
    } else {
      encoder.close();
    }
  }

  private ArrayDeque<Encoder> kept(Coding coding) {
    ArrayDeque<Encoder> kept = free.get(coding);
    if (kept == null) {
      throw new IllegalStateException("no place for " + coding);
    }
    return kept;
  }
}
