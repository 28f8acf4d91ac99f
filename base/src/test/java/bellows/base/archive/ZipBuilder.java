package bellows.base.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Makes zips, evil ones too. */
final class ZipBuilder implements AutoCloseable {
  static final int FILE = 0100000;
  static final int LINK = 0120000;
  static final int PIPE = 0010000;
  static final int DEVICE = 0060000;

  private final ZipArchiveOutputStream zip;

  ZipBuilder(Path file) {
    try {
      zip = new ZipArchiveOutputStream(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ZipBuilder file(String name, String content) {
    return entry(name, 0, content.getBytes(UTF_8));
  }

  ZipBuilder directory(String name) {
    return entry(name + "/", 0, new byte[0]);
  }

  ZipBuilder link(String name, String target) {
    return entry(name, LINK | 0777, target.getBytes(UTF_8));
  }

  /**
   * @param mode type and permissions; 0 for none at all
   */
  ZipBuilder entry(String name, int mode, byte[] content) {
    try {
      ZipArchiveEntry entry = new ZipArchiveEntry(name);
      if (mode != 0) {
        entry.setUnixMode(mode);
      }
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
