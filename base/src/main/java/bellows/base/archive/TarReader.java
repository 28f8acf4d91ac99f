package bellows.base.archive;

import bellows.base.archive.ArchiveException.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads a gzipped tar into an {@link Extraction}. */
final class TarReader {
  private static final int BUFFER_BYTES = 64 * 1024;

  private TarReader() {}

  @SuppressWarnings("resource") // the stream is the caller's; closing ours would close it
  static void read(InputStream tarGz, Extraction tree) {
    try {
      HeaderGuard guard = new HeaderGuard(new GZIPInputStream(tarGz, BUFFER_BYTES));
      TarArchiveInputStream tar = new TarArchiveInputStream(guard, StandardCharsets.UTF_8.name());
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        guard.content();
        add(entry, tar, tree);
        guard.header();
      }
      // The checksum of gzip comes last; padding is short.
      guard.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException | IllegalArgumentException e) {
      throw new ArchiveException(Failure.CORRUPT, "not a whole tar.gz: " + e.getMessage(), e);
    }
  }

  private static void add(TarArchiveEntry entry, TarArchiveInputStream tar, Extraction tree) {
    FileTime time = entry.getLastModifiedTime();
    String name = entry.getName();
    if (entry.isSymbolicLink()) {
      tree.symbolicLink(name, entry.getLinkName());
    } else if (entry.isLink()) {
      tree.hardLink(name, entry.getLinkName());
    } else if (entry.isDirectory()) {
      tree.directory(name, entry.getMode(), time);
    } else if (entry.isFile() && !entry.isFIFO() && !isDevice(entry)) {
      tree.file(name, entry.getMode(), tar, time);
    } else {
      throw new ArchiveException(
          Failure.UNSUPPORTED_ENTRY, "'" + name + "' is no file, directory or link");
    }
  }

  private static boolean isDevice(TarArchiveEntry entry) {
    return entry.isCharacterDevice() || entry.isBlockDevice();
  }
}
