package bellows.blobstore;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes, now and then, the blobs that nothing refers to. */
public final class BlobCollector implements Component {
  private static final Logger log = LoggerFactory.getLogger(BlobCollector.class);

  private final Config config;
  private final Blobstore blobs;
  private final References references;
  private final Scheduler scheduler;
  private Scheduler.@Nullable Timer timer;

  /** Knows what is still needed. */
  public interface References {
    /**
     * Every key of the folder that something refers to. Throws rather than answer in part: what is
     * not in the answer is deleted.
     */
    Set<BlobKey> referenced(String folder);
  }

  /**
   * @param folders no other folder is touched
   * @param minimumAge must be longer than the longest time between an upload and its row
   * @param every time between two collections; the first comes after this time
   */
  public record Config(List<String> folders, Duration minimumAge, Duration every) {
    public Config {
      folders = List.copyOf(folders);
      if (minimumAge.isNegative() || !every.isPositive()) {
        throw new IllegalArgumentException("blobs.minimum_age and blobs.collect_every: above 0s");
      }
    }
  }

  public BlobCollector(Config config, Blobstore blobs, References references, Scheduler scheduler) {
    this.config = config;
    this.blobs = blobs;
    this.references = references;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      timer = scheduler.every(config.every(), this::collect);
    }
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.close();
      timer = null;
    }
  }

  /** Collects now, folder by folder; a folder that fails does not keep the others from it. */
  public void collect() {
    for (String folder : config.folders()) {
      try {
        collect(folder);
      } catch (RuntimeException e) {
        log.atWarn().addKeyValue("folder", folder).setCause(e).log("blobs.collect_failed");
      }
    }
  }

  private void collect(String folder) {
    // Listed before the references are read: what is referred to from now on is never missed.
    List<Blobstore.Entry> entries = blobs.entries(folder);
    List<BlobKey> garbage =
        Garbage.among(entries, references.referenced(folder), scheduler.now(), config.minimumAge());
    garbage.forEach(blobs::delete);
    if (!garbage.isEmpty()) {
      log.atInfo()
          .addKeyValue("folder", folder)
          .addKeyValue("count", garbage.size())
          .log("blobs.collect");
    }
  }
}
