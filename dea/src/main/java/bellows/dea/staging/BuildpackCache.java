package bellows.dea.staging;

import bellows.base.archive.ArchiveException;
import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.contracts.staging.StagingStart.AdminBuildpack;
import bellows.dea.transfer.TransferException;
import bellows.dea.transfer.Transfers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Admin buildpacks unpacked on this host, by content id, so a key never changes its meaning.
 *
 * <p>Thread-safe: those who want the same one wait for one download.
 */
final class BuildpackCache {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final Archives.Limits LIMITS = new Archives.Limits(2L << 30, 200_000);
  private static final String UNFINISHED = ".new-";

  /** Beyond these, those that no task of this run has used go. */
  private static final int KEPT = 64;

  private final Path directory;
  private final Transfers transfers;
  private final Map<String, Object> locks = new ConcurrentHashMap<>();

  BuildpackCache(Path directory, Transfers transfers) {
    this.directory = directory;
    this.transfers = transfers;
  }

  /** Clears away what an earlier run did not finish, and the surplus. */
  void open() {
    try {
      Files.createDirectories(directory);
      List<Path> found;
      try (Stream<Path> list = Files.list(directory)) {
        found = list.sorted((a, b) -> Long.compare(modified(b), modified(a))).toList();
      }
      int kept = 0;
      for (Path path : found) {
        if (path.getFileName().toString().startsWith(UNFINISHED) || kept++ >= KEPT) {
          Trees.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the buildpack cache " + directory, e);
    }
  }

  /** Where the unpacked buildpack is. */
  Path directory(AdminBuildpack buildpack) {
    if (!KEY.matcher(buildpack.key()).matches()) {
      throw failure(buildpack, "its key has characters that a key never has", null);
    }
    Path there = directory.resolve(buildpack.key());
    synchronized (locks.computeIfAbsent(buildpack.key(), _ -> new Object())) {
      if (!Files.isDirectory(there)) {
        fetch(buildpack, there);
      }
    }
    return there;
  }

  private void fetch(AdminBuildpack buildpack, Path there) {
    try {
      Path work = Files.createTempDirectory(directory, UNFINISHED);
      try {
        Path zip = work.resolve("buildpack.zip");
        transfers.fetch(URI.create(buildpack.url()), zip, LIMITS.maxBytes());
        Path tree = work.resolve("tree");
        Archives.unzip(zip, tree, LIMITS);
        makeReadable(tree);
        Files.move(tree, there, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Trees.delete(work);
      }
    } catch (TransferException | ArchiveException | IOException | UncheckedIOException e) {
      throw failure(buildpack, String.valueOf(e.getMessage()), e);
    }
  }

  /** Every container user reads it; zips made on other systems lack the executable bits. */
  private static void makeReadable(Path tree) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(tree)) {
      paths = walk.toList();
    }
    Path bin = tree.resolve("bin");
    for (Path path : paths) {
      if (Files.isSymbolicLink(path)) {
        continue;
      }
      Set<PosixFilePermission> now = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
      boolean executable =
          Files.isDirectory(path)
              || now.contains(PosixFilePermission.OWNER_EXECUTE)
              || path.startsWith(bin);
      Set<PosixFilePermission> wanted =
          new HashSet<>(PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
      Files.setPosixFilePermissions(path, wanted);
    }
  }

  private static long modified(Path path) {
    return path.toFile().lastModified();
  }

  private static StagingFailure failure(
      AdminBuildpack buildpack, String why, @Nullable Throwable cause) {
    return new StagingFailure(
        StagingFailure.Reason.STAGING_ERROR,
        "cannot get buildpack " + buildpack.name() + ": " + why,
        cause);
  }
}
