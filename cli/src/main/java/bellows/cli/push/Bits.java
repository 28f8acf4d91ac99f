package bellows.cli.push;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** What is uploaded: a zip archive. */
sealed interface Bits {
  /** Bytes read from disk while it is written, as progress counts them. */
  long size() throws IOException;

  /**
   * @param progress told of every piece read
   */
  void writeTo(OutputStream out, LongConsumer progress) throws IOException;

  /** Made of files while it is sent, with their permissions and links. */
  record Folder(List<AppFile> files) implements Bits {
    @Override
    public long size() {
      return files.stream().mapToLong(AppFile::size).sum();
    }

    @Override
    public void writeTo(OutputStream out, LongConsumer progress) throws IOException {
      try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(new Unclosed(out))) {
        // The server is near more often than not: speed counts for more than size.
        zip.setLevel(Deflater.BEST_SPEED);
        for (AppFile file : files) {
          add(zip, file, progress);
        }
      }
    }

    private static void add(ZipArchiveOutputStream zip, AppFile file, LongConsumer progress)
        throws IOException {
      boolean directory = file.kind() == AppFile.Kind.DIRECTORY;
      ZipArchiveEntry entry = new ZipArchiveEntry(file.path() + (directory ? "/" : ""));
      entry.setUnixMode(file.mode() | type(file.kind()));
      switch (file.kind()) {
        case DIRECTORY -> zip.putArchiveEntry(entry);
        case LINK -> {
          zip.putArchiveEntry(entry);
          zip.write(
              Files.readSymbolicLink(file.file()).toString().getBytes(StandardCharsets.UTF_8));
        }
        case FILE -> {
          entry.setSize(file.size());
          zip.putArchiveEntry(entry);
          copy(file.file(), zip, progress);
        }
      }
      zip.closeArchiveEntry();
    }

    private static int type(AppFile.Kind kind) {
      return switch (kind) {
        case FILE -> UnixStat.FILE_FLAG;
        case DIRECTORY -> UnixStat.DIR_FLAG;
        case LINK -> UnixStat.LINK_FLAG;
      };
    }
  }

  /** A jar, war or zip that exists. */
  record Archive(Path file) implements Bits {
    @Override
    public long size() throws IOException {
      return Files.size(file);
    }

    @Override
    public void writeTo(OutputStream out, LongConsumer progress) throws IOException {
      copy(file, out, progress);
    }

    /** Whether {@code file} begins as every zip archive does. */
    static boolean is(Path file) throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] start = in.readNBytes(4);
        return start.length == 4
            && start[0] == 'P'
            && start[1] == 'K'
            && (start[2] == 3 || start[2] == 5);
      }
    }
  }

  private static void copy(Path file, OutputStream out, LongConsumer progress) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[64 * 1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        progress.accept(read);
      }
    }
  }
}
