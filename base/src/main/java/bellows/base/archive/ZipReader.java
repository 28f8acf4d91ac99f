package bellows.base.archive;

import bellows.base.archive.ArchiveException.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Reads a zip into an {@link Extraction}; only the central directory is believed. */
final class ZipReader {
  private static final int TYPE_MASK = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int MAX_TARGET_BYTES = 4096;

  private ZipReader() {}

  static void read(Path file, Archives.Limits limits, Extraction tree) {
    try (DirectoryBudget channel = new DirectoryBudget(Files.newByteChannel(file), limits);
        ZipFile zip =
            ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setIgnoreLocalFileHeader(true)
                .get()) {
      channel.lift();
      List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
      refuseEarly(entries, limits);
      for (ZipArchiveEntry entry : entries) {
        add(zip, entry, tree);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ArchiveException(Failure.CORRUPT, "not a whole zip: " + reason(e), e);
    }
  }

  /** Most bombs say how large they are, and then no disk need be filled to find out. */
  private static void refuseEarly(List<ZipArchiveEntry> entries, Archives.Limits limits) {
    long left = limits.maxBytes();
    for (ZipArchiveEntry entry : entries) {
      left -= Math.max(0, entry.getSize());
      if (left < 0) {
        throw new ArchiveException(
            Failure.TOO_LARGE,
            "more than " + limits.maxBytes() + " bytes at '" + entry.getName() + "'");
      }
    }
  }

  /** The library wraps what it finds in words about how it reads. */
  private static String reason(Exception failure) {
    Throwable cause = failure.getCause();
    return String.valueOf((cause == null ? failure : cause).getMessage());
  }

  private static void add(ZipFile zip, ZipArchiveEntry entry, Extraction tree) throws IOException {
    String name = entry.getName();
    int mode = entry.getUnixMode();
    int type = mode & TYPE_MASK;
    FileTime time = entry.getLastModifiedTime();
    if (entry.isDirectory() || type == DIRECTORY) {
      tree.directory(name, mode == 0 ? Modes.DIRECTORY : mode, time);
    } else if (!zip.canReadEntryData(entry)) {
      throw new ArchiveException(
          Failure.UNSUPPORTED_ENTRY, "'" + name + "' is encrypted or packed in an unknown way");
    } else if (type == LINK) {
      tree.symbolicLink(name, target(zip, entry));
    } else if (type == FILE || type == 0) {
      try (InputStream content = new Checked(zip.getInputStream(entry), entry)) {
        tree.file(name, (mode & 0777) == 0 ? Modes.FILE : mode, content, time);
      }
    } else {
      throw new ArchiveException(
          Failure.UNSUPPORTED_ENTRY, "'" + name + "' is no file, directory or link");
    }
  }

  private static String target(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    try (InputStream content = new Checked(zip.getInputStream(entry), entry)) {
      byte[] target = content.readNBytes(MAX_TARGET_BYTES);
      if (content.read() >= 0) {
        throw new ArchiveException(
            Failure.UNSAFE_LINK, "link '" + entry.getName() + "' has too long a target");
      }
      return new String(target, StandardCharsets.UTF_8);
    }
  }

  /** Compares size and checksum at the end, which the library does not. */
  private static final class Checked extends CheckedInputStream {
    private final ZipArchiveEntry entry;
    private long count;

    private Checked(InputStream in, ZipArchiveEntry entry) {
      super(in, new CRC32());
      this.entry = entry;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      seen(value < 0 ? -1 : 1);
      return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      seen(read);
      return read;
    }

    private void seen(int read) throws IOException {
      if (read > 0) {
        count += read;
      } else if (read < 0
          && (count != entry.getSize() || getChecksum().getValue() != entry.getCrc())) {
        throw new IOException("size or checksum does not match");
      }
    }
  }
}
