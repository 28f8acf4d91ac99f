package bellows.cloudcontroller.buildpacks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Zips a folder so that the same content gives the same bytes: sorted, with a fixed time. */
final class FolderZip {
  /** 1980-01-01, the first day a zip file knows. */
  private static final long TIME = 315_532_800_000L;

  private static final int EXECUTABLE = 0100755;
  private static final int PLAIN = 0100644;

  private FolderZip() {}

  static void write(Path folder, OutputStream out) throws IOException {
    List<Path> files;
    try (Stream<Path> tree = Files.walk(folder)) {
      files =
          tree.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
    }
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      for (Path file : files) {
        ZipArchiveEntry entry = new ZipArchiveEntry(folder.relativize(file).toString());
        entry.setTime(TIME);
        entry.setUnixMode(Files.isExecutable(file) ? EXECUTABLE : PLAIN);
        zip.putArchiveEntry(entry);
        Files.copy(file, zip);
        zip.closeArchiveEntry();
      }
    }
  }
}
