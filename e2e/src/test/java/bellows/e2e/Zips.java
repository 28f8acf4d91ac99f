package bellows.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Builds zips, sound and unsound. */
final class Zips {
  static final int FILE = 0100644;
  static final int PROGRAM = 0100755;
  static final int LINK = 0120777;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

  Zips file(String name, String content) {
    return entry(name, FILE, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param mode type and permissions
   */
  Zips entry(String name, int mode, byte[] content) {
    try {
      ZipArchiveEntry entry = new ZipArchiveEntry(name);
      entry.setUnixMode(mode);
      zip.putArchiveEntry(entry);
      zip.write(content);
      zip.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same content under many names, packed once. */
  Zips entries(int count, byte[] content) {
    byte[] packed = new Zips().entry("once", FILE, content).bytes();
    try (ZipFile once =
        ZipFile.builder().setSeekableByteChannel(new SeekableInMemoryByteChannel(packed)).get()) {
      ZipArchiveEntry original = once.getEntry("once");
      for (int i = 0; i < count; i++) {
        ZipArchiveEntry entry = new ZipArchiveEntry(original.getName() + i);
        entry.setMethod(original.getMethod());
        entry.setSize(original.getSize());
        entry.setCompressedSize(original.getCompressedSize());
        entry.setCrc(original.getCrc());
        zip.addRawArchiveEntry(entry, once.getRawInputStream(original));
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    try {
      zip.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
