package bellows.blobstore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Decides what nobody needs any more. */
final class Garbage {
  private Garbage() {}

  /**
   * @param minimumAge younger blobs stay: the row that refers to one is written after it
   */
  static List<BlobKey> among(
      List<Blobstore.Entry> entries, Set<BlobKey> referenced, Instant now, Duration minimumAge) {
    Instant youngest = now.minus(minimumAge);
    return entries.stream()
        .filter(entry -> !entry.modified().isAfter(youngest))
        .map(Blobstore.Entry::key)
        .filter(key -> !referenced.contains(key))
        .toList();
  }
}
