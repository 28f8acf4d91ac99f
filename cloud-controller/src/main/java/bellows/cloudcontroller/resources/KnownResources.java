package bellows.cloudcontroller.resources;

import bellows.base.files.Trees;
import bellows.base.lifecycle.Component;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.cloudcontroller.api.Caller;
import bellows.cmdb.Database;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of uploaded packages, so that the next push need not send them again. Keeping is
 * done after the upload was answered and may be lost: then a file is sent once more.
 */
public final class KnownResources implements Component {
  private static final Logger log = LoggerFactory.getLogger(KnownResources.class);

  private static final String FOLDER = "resources";

  /**
   * A blob of its own costs two flushes to disk and a row, a match a line in two requests each way:
   * below some KiB it is cheaper to send the file again.
   */
  static final long LEAST_BYTES = 16 * 1024;

  static final long MOST_BYTES = 512L << 20;

  /** Packages whose files are being kept; further ones are not kept. */
  private static final int MOST_WAITING = 8;

  private final Database database;
  private final Blobstore blobs;
  private final ResourceStore store = new ResourceStore();
  private final Semaphore places = new Semaphore(MOST_WAITING);
  private volatile @Nullable ExecutorService keeper;

  public KnownResources(Database database, Blobstore blobs) {
    this.database = database;
    this.blobs = blobs;
  }

  @Override
  public synchronized void start() {
    if (keeper == null) {
      keeper = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("resources").factory());
    }
  }

  @Override
  public synchronized void close() {
    ExecutorService closing = keeper;
    keeper = null;
    if (closing != null) {
      closing.shutdownNow();
      try {
        boolean _ = closing.awaitTermination(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Which of the files were sent before: every path of a known digest (trap T11). */
  public List<MatchedResource> match(Caller caller, List<MatchedResource> asked) {
    Map<String, Long> sizes = new HashMap<>();
    for (MatchedResource resource : asked) {
      if (resource.bytes() >= LEAST_BYTES && resource.bytes() <= MOST_BYTES) {
        sizes.put(resource.sha1(), resource.bytes());
      }
    }
    Set<String> known = database.inTransaction(db -> store.known(db, caller, sizes));
    return asked.stream().filter(resource -> known.contains(resource.sha1())).toList();
  }

  /** The content of a known file; to be asked for after {@link #match} only. */
  public Optional<InputStream> open(String sha1) {
    return blobs.open(new BlobKey(FOLDER, sha1));
  }

  /** Keeps the files of an unpacked package in the background, then removes the tree. */
  public void keep(String organization, Path tree) {
    ExecutorService running = keeper;
    if (running == null || !places.tryAcquire()) {
      Trees.delete(tree);
      return;
    }
    try {
      running.execute(() -> {
        try {
          keepAll(organization, tree);
        } catch (IOException | RuntimeException e) {
          log.atWarn().setCause(e).log("resources.keep_failed");
        } finally {
          places.release();
          Trees.delete(tree);
        }
      });
    } catch (RejectedExecutionException e) {
      places.release();
      Trees.delete(tree);
    }
  }

  private void keepAll(String organization, Path tree) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(tree)) {
      files = walk.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).toList();
    }
    List<ResourceStore.Resource> kept = new ArrayList<>();
    for (Path file : files) {
      long bytes = Files.size(file);
      if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES && !Thread.currentThread().isInterrupted()) {
        String sha1 = sha1(file);
        BlobKey key = new BlobKey(FOLDER, sha1);
        if (blobs.size(key).isEmpty()) {
          try (InputStream content = Files.newInputStream(file)) {
            blobs.put(key, content);
          }
        }
        kept.add(new ResourceStore.Resource(sha1, bytes));
      }
    }
    database.useTransaction(db -> store.add(db, organization, kept));
  }

  private static String sha1(Path file) throws IOException {
    try (DigestInputStream content =
        new DigestInputStream(
            new BufferedInputStream(Files.newInputStream(file)),
            MessageDigest.getInstance("SHA-1"))) {
      content.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(content.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException("no SHA-1 in this JVM", e));
    }
  }
}
