package bellows.cmdb.embedded;

import bellows.base.files.Trees;
import bellows.cmdb.embedded.PostgresException.Failure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of one PostgreSQL version.
 *
 * @param programs the directory with {@code postgres}, {@code initdb} and {@code pg_ctl}
 * @param major the version before the dot, which decides whether a data directory fits
 */
public record Distribution(Path programs, int major) {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  /** The version of the artifact on our class path; names the directory it is unpacked into. */
  private static final String BUNDLED_VERSION = "18.6.0";

  private static final int BUNDLED_MAJOR = 18;

  /**
   * The version that comes with us, unpacked below {@code parent} the first time. Several processes
   * may do that at once: one wins, the others use its directory.
   */
  public static Distribution bundled(Path parent) {
    Path home = parent.resolve("postgresql-" + BUNDLED_VERSION);
    if (Files.notExists(home)) {
      unpack(home);
    }
    return new Distribution(home.resolve("bin"), BUNDLED_MAJOR);
  }

  /**
   * A version that the system's package manager has installed.
   *
   * @throws PostgresException when it is not there
   */
  public static Distribution installed(Path programs, int major) {
    if (!Files.isExecutable(programs.resolve("initdb"))) {
      throw new PostgresException(
          Failure.NO_PROGRAM, "no PostgreSQL " + major + " in " + programs, null);
    }
    return new Distribution(programs, major);
  }

  Path program(String name) {
    return programs.resolve(name);
  }

  private static void unpack(Path home) {
    try (InputStream archive = Distribution.class.getResourceAsStream(ARCHIVE)) {
      if (archive == null) {
        throw new PostgresException(
            Failure.NO_PROGRAM, "there is no bundled PostgreSQL for this kind of machine", null);
      }
      Path unpacked = Files.createTempDirectory(home.getParent(), ".unpack-");
      try {
        untar(archive, unpacked);
        // Whole or absent: a process killed while it unpacks leaves only a directory that no one
        // reads.
        Files.move(unpacked, home);
      } catch (IOException e) {
        Trees.delete(unpacked);
        if (Files.notExists(home)) {
          throw e;
        }
      }
    } catch (IOException e) {
      throw new PostgresException(
          Failure.NO_PROGRAM, "cannot unpack PostgreSQL into " + home + ": " + e.getMessage(), e);
    }
  }

  private static void untar(InputStream archive, Path into) throws IOException {
    var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)));
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path target = into.resolve(entry.getName()).normalize();
      if (!target.startsWith(into)) {
        throw new IOException("path outside of the archive: " + entry.getName());
      }
      if (entry.isDirectory()) {
        Files.createDirectories(target);
      } else {
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, target);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
    // The temporary directory was made for its owner only; the server's user must read it too.
    try (var all = Files.walk(into)) {
      for (Path directory : all.filter(path -> Files.isDirectory(path)).toList()) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }
}
