package bellows.dea.droplets;

import bellows.base.archive.ArchiveException;
import bellows.base.archive.Archives;
import bellows.base.files.AtomicFiles;
import bellows.base.files.Trees;
import bellows.base.time.Scheduler;
import bellows.dea.droplets.DropletException.Failure;
import bellows.dea.transfer.TransferException;
import bellows.dea.transfer.Transfers;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Droplets unpacked on this host, one tree per digest and owner. A tree appears whole or not at
 * all, is checked before an instance uses it, and is fetched again when its content has changed.
 *
 * <p>Thread-safe: those who want the same droplet wait for one download; others go on.
 */
public final class DropletCache {
  private static final Logger log = LoggerFactory.getLogger(DropletCache.class);
  private static final Pattern ENTRY = Pattern.compile("([0-9a-f]{40})-([0-9]+)");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final String TREE = "tree";
  private static final String DIGEST = "digest";
  private static final String UNFINISHED = ".new-";

  /**
   * @param directory where the trees are; ours alone
   * @param maxBytes unused trees go, oldest first, while all together take more
   * @param keepUnused how long a tree that nobody uses is kept
   * @param limits of one unpacked droplet
   */
  public record Config(
      Path directory, long maxBytes, Duration keepUnused, Archives.Limits limits) {}

  private final Config config;
  private final Transfers transfers;
  private final Scheduler scheduler;
  private final Map<Key, Entry> entries = new HashMap<>();

  public DropletCache(Config config, Transfers transfers, Scheduler scheduler) {
    this.config = config;
    this.transfers = transfers;
    this.scheduler = scheduler;
  }

  private record Key(String sha1, int uid) {
    private String folder() {
      return sha1 + "-" + uid;
    }
  }

  /**
   * Its monitor is held while the tree is made, checked or removed; the counters belong to the
   * cache's.
   */
  private static final class Entry {
    private int users;
    private Instant lastUsed;
    private long bytes;

    private Entry(Instant lastUsed) {
      this.lastUsed = lastUsed;
    }
  }

  /** The right to use a tree; it stays until {@link #close}. */
  public interface Lease extends AutoCloseable {
    /** What an instance sees as the lower layer of /home/vcap. */
    Path directory();

    @Override
    void close();
  }

  /** Finds what an earlier run left and clears away what it did not finish. */
  public void open() {
    try {
      Files.createDirectories(config.directory());
      Files.setPosixFilePermissions(
          config.directory(), PosixFilePermissions.fromString("rwx--x--x"));
      List<Path> found;
      try (Stream<Path> list = Files.list(config.directory())) {
        found = list.toList();
      }
      for (Path path : found) {
        Matcher name = ENTRY.matcher(path.getFileName().toString());
        Optional<TreeDigest> digest = name.matches() ? recorded(path) : Optional.empty();
        if (digest.isEmpty()) {
          Trees.delete(path);
          continue;
        }
        Entry entry = new Entry(scheduler.now());
        entry.bytes = digest.get().bytes();
        synchronized (entries) {
          entries.put(new Key(name.group(1), Integer.parseInt(name.group(2))), entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the droplet cache " + config.directory(), e);
    }
  }

  /**
   * The unpacked droplet, from the cache or from {@code address}.
   *
   * @throws DropletException when it cannot be had
   */
  public Lease acquire(String sha1, URI address, int uid) {
    if (!SHA1.matcher(sha1).matches()) {
      throw new DropletException(Failure.WRONG_DIGEST, "not a SHA-1 digest: " + sha1, null);
    }
    Key key = new Key(sha1, uid);
    Lease lease = lease(key);
    try {
      synchronized (entry(key)) {
        if (!usable(key)) {
          fetch(key, address);
        }
      }
      return lease;
    } catch (IOException e) {
      lease.close();
      throw new DropletException(
          Failure.NOT_UNPACKABLE, "cannot unpack the droplet: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  /** The lease of an instance that an earlier run started; its tree is in use and not looked at. */
  public Lease adopt(String sha1, int uid) {
    return lease(new Key(sha1, uid));
  }

  /** Removes what nobody has used for long, and more when all together is too large. */
  public void sweep() {
    List<Map.Entry<Key, Entry>> unused;
    long total;
    synchronized (entries) {
      total = entries.values().stream().mapToLong(e -> e.bytes).sum();
      unused =
          entries.entrySet().stream()
              .filter(e -> e.getValue().users == 0)
              .sorted(Comparator.comparing(e -> e.getValue().lastUsed))
              .toList();
    }
    Instant oldest = scheduler.now().minus(config.keepUnused());
    for (Map.Entry<Key, Entry> candidate : unused) {
      if (total <= config.maxBytes() && candidate.getValue().lastUsed.isAfter(oldest)) {
        return;
      }
      total -= candidate.getValue().bytes;
      remove(candidate.getKey(), candidate.getValue());
    }
  }

  private void remove(Key key, Entry entry) {
    synchronized (entry) {
      synchronized (entries) {
        if (entry.users > 0 || entries.get(key) != entry) {
          return;
        }
        entry.bytes = 0;
      }
      Trees.delete(config.directory().resolve(key.folder()));
    }
    synchronized (entries) {
      // Whoever came meanwhile holds this very entry, finds no tree, and fetches.
      if (entry.users == 0) {
        entries.remove(key);
      }
    }
    log.atInfo().addKeyValue("sha1", key.sha1()).log("droplet.evicted");
  }

  private Entry entry(Key key) {
    synchronized (entries) {
      return entries.computeIfAbsent(key, _ -> new Entry(scheduler.now()));
    }
  }

  private Lease lease(Key key) {
    Entry entry;
    synchronized (entries) {
      entry = entry(key);
      entry.users++;
    }
    return new Lease() {
      private boolean closed;

      @Override
      public Path directory() {
        return config.directory().resolve(key.folder()).resolve(TREE);
      }

      @Override
      public void close() {
        synchronized (entries) {
          if (!closed) {
            closed = true;
            entry.users--;
            entry.lastUsed = scheduler.now();
          }
        }
      }
    };
  }

  /**
   * Whether the tree is there and good. While another instance uses it, it was checked for that
   * one.
   */
  private boolean usable(Key key) throws IOException {
    Path folder = config.directory().resolve(key.folder());
    Optional<TreeDigest> recorded = recorded(folder);
    if (recorded.isEmpty()) {
      return false;
    }
    synchronized (entries) {
      if (entry(key).users > 1) {
        return true;
      }
    }
    if (recorded.get().equals(TreeDigest.of(folder.resolve(TREE)))) {
      return true;
    }
    log.atWarn().addKeyValue("sha1", key.sha1()).log("droplet.corrupt");
    return false;
  }

  private void fetch(Key key, URI address) throws IOException {
    Path folder = config.directory().resolve(key.folder());
    Trees.delete(folder);
    Path work = Files.createTempDirectory(config.directory(), UNFINISHED);
    try {
      Path archive = work.resolve("droplet.tgz");
      download(key, address, archive);
      Path tree = Files.createDirectory(work.resolve(TREE));
      Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
      try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
        // A venv links to /usr/bin/python3: right inside the container, and nobody outside follows.
        Archives.untarGz(in, tree, config.limits(), key.uid(), key.uid(), Archives.Links.ANYWHERE);
      } catch (ArchiveException e) {
        throw new DropletException(
            Failure.NOT_UNPACKABLE, "cannot unpack the droplet: " + e.getMessage(), e);
      }
      Files.setAttribute(tree, "unix:uid", key.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(tree, "unix:gid", key.uid(), LinkOption.NOFOLLOW_LINKS);
      Files.delete(archive);
      TreeDigest digest = TreeDigest.of(tree);
      AtomicFiles.write(
          work.resolve(DIGEST),
          (digest.value() + " " + digest.bytes()).getBytes(StandardCharsets.UTF_8),
          AtomicFiles.OWNER_ONLY);
      Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwx--x--x"));
      Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
      synchronized (entries) {
        entry(key).bytes = digest.bytes();
      }
      log.atInfo()
          .addKeyValue("sha1", key.sha1())
          .addKeyValue("bytes", digest.bytes())
          .log("droplet.unpacked");
    } finally {
      Trees.delete(work);
    }
  }

  /** A copy that was damaged on its way is fetched once more. */
  private void download(Key key, URI address, Path archive) {
    for (int tried = 1; ; tried++) {
      Transfers.Fetched fetched;
      try {
        fetched = transfers.fetch(address, archive, config.limits().maxBytes());
      } catch (TransferException e) {
        throw new DropletException(
            Failure.NOT_OBTAINABLE, "cannot fetch the droplet: " + e.getMessage(), e);
      }
      if (fetched.sha1().equals(key.sha1())) {
        return;
      }
      log.atWarn()
          .addKeyValue("sha1", key.sha1())
          .addKeyValue("actual", fetched.sha1())
          .log("droplet.wrong_digest");
      if (tried == 2) {
        throw new DropletException(
            Failure.WRONG_DIGEST,
            "the droplet fetched has digest " + fetched.sha1() + " instead of " + key.sha1(),
            null);
      }
    }
  }

  private static Optional<TreeDigest> recorded(Path folder) throws IOException {
    try {
      String[] words = Files.readString(folder.resolve(DIGEST)).split(" ", 2);
      return words.length == 2
          ? Optional.of(new TreeDigest(words[0], Long.parseLong(words[1].strip())))
          : Optional.empty();
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
