package bellows.blobstore;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Large immutable contents by key. A reader sees a whole blob or none; a blob that is replaced or
 * deleted while it is read is read to its end.
 *
 * <p>Thread-safe. What is wrong with the store is an {@link java.io.UncheckedIOException}.
 */
public interface Blobstore {
  /**
   * Stores what the stream gives until its end, in place of what the key held; durable when it
   * returns. When the stream throws, that is thrown on and nothing has changed. The stream is not
   * closed.
   */
  Stored put(BlobKey key, InputStream content);

  /** The content, to be closed by the caller. */
  Optional<InputStream> open(BlobKey key);

  /** Bytes. */
  Optional<Long> size(BlobKey key);

  /**
   * @return false when there is nothing at {@code from}
   */
  boolean copy(BlobKey from, BlobKey to);

  /**
   * @return false when there was nothing
   */
  boolean delete(BlobKey key);

  /** What the folder holds, in no order; what comes or goes meanwhile may be missing. */
  List<Entry> entries(String folder);

  /** The keys of {@link #entries}. */
  default List<BlobKey> list(String folder) {
    return entries(folder).stream().map(Entry::key).toList();
  }

  /**
   * A blob as listed.
   *
   * @param modified when it was put here last
   */
  record Entry(BlobKey key, long bytes, Instant modified) {}
}
