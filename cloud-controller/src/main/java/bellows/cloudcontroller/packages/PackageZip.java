package bellows.cloudcontroller.packages;

import bellows.cloudcontroller.resources.KnownResources;
import bellows.cloudcontroller.resources.MatchedResource;
import bellows.http.CfError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * One zip of what was sent and what was known. Entries that were sent are copied as they are, still
 * compressed; whether they are safe is for the check of the whole.
 */
final class PackageZip {
  private static final int REGULAR_FILE = 0100000;
  private static final int PERMISSIONS = 0777;

  private PackageZip() {}

  /**
   * @param sent null when everything was known
   * @throws IOException when {@code sent} is no zip
   * @throws CfError 422 when a resource is not known any more
   */
  static void write(
      @Nullable Path sent, List<MatchedResource> matched, KnownResources known, Path target)
      throws IOException {
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(target)) {
      Set<String> names = new HashSet<>();
      if (sent != null) {
        copy(sent, out, names);
      }
      for (MatchedResource resource : matched) {
        // What was sent is newer than what was asked about before it.
        if (names.add(resource.path())) {
          add(resource, known, out);
        }
      }
    }
  }

  private static void copy(Path sent, ZipArchiveOutputStream out, Set<String> names)
      throws IOException {
    try (ZipFile zip = ZipFile.builder().setPath(sent).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        names.add(entry.getName());
        try (InputStream raw = zip.getRawInputStream(entry)) {
          if (raw == null) {
            throw new IOException("the entry '%s' has no content".formatted(entry.getName()));
          }
          out.addRawArchiveEntry(entry, raw);
        }
      }
    }
  }

  private static void add(
      MatchedResource resource, KnownResources known, ZipArchiveOutputStream out)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(resource.path());
    entry.setUnixMode(REGULAR_FILE | (Integer.parseInt(resource.mode(), 8) & PERMISSIONS));
    entry.setTime(0);
    try (InputStream content =
        known.open(resource.sha1()).orElseThrow(() -> unknown(resource.sha1()))) {
      out.putArchiveEntry(entry);
      content.transferTo(out);
      out.closeArchiveEntry();
    }
  }

  static CfError unknown(String sha1) {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "The file with the sha1 %s is not known; send it", sha1);
  }
}
