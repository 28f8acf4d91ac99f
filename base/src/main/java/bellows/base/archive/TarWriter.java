package bellows.base.archive;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes a directory as a gzipped tar: sorted, without owners, links as links. */
final class TarWriter {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int TYPE_MASK = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;

  private final Path root;
  private final TarArchiveOutputStream tar;

  /** Name in the archive by inode, of files that have several names. */
  private final Map<Object, String> seen = new HashMap<>();

  private TarWriter(Path root, TarArchiveOutputStream tar) {
    this.root = root;
    this.tar = tar;
  }

  @SuppressWarnings("resource") // finish() writes all; closing would close the caller's stream
  static void write(Path directory, OutputStream out) throws IOException {
    GZIPOutputStream gzip = new GZIPOutputStream(out, BUFFER_BYTES);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    new TarWriter(directory, tar).addChildren(directory);
    tar.finish();
    gzip.finish();
    gzip.flush();
  }

  private void addChildren(Path directory) throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(directory)) {
      children = listed.sorted().toList();
    }
    for (Path child : children) {
      add(child);
    }
  }

  private void add(Path path) throws IOException {
    Inode inode = Inode.read(path);
    String name = root.relativize(path).toString();
    switch (inode.mode() & TYPE_MASK) {
      case DIRECTORY -> {
        put(new TarArchiveEntry(name + "/"), inode);
        addChildren(path);
      }
      case FILE -> addFile(path, name, inode);
      case LINK -> {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(Files.readSymbolicLink(path).toString());
        put(entry, inode);
      }
      default -> {
        // A socket, a pipe or a device means nothing on another machine.
      }
    }
  }

  private void addFile(Path path, String name, Inode inode) throws IOException {
    String first = inode.names() > 1 ? seen.putIfAbsent(inode.key(), name) : null;
    if (first != null) {
      TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK);
      entry.setLinkName(first);
      put(entry, inode);
      return;
    }
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(inode.size());
    start(entry, inode);
    try (InputStream content = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      content.transferTo(tar);
    }
    tar.closeArchiveEntry();
  }

  private void put(TarArchiveEntry entry, Inode inode) throws IOException {
    start(entry, inode);
    tar.closeArchiveEntry();
  }

  private void start(TarArchiveEntry entry, Inode inode) throws IOException {
    entry.setMode(inode.mode() & 0777);
    entry.setIds(0, 0);
    entry.setNames("", "");
    // Whole seconds: a fraction costs an extra header of 1 KiB for each file.
    entry.setModTime(FileTime.from(inode.time().toInstant().getEpochSecond(), SECONDS));
    tar.putArchiveEntry(entry);
  }

  /**
   * What the kernel says about a path, links not followed.
   *
   * @param names how many names the file has
   */
  private record Inode(int mode, int names, long device, long number, long size, FileTime time) {
    static Inode read(Path path) throws IOException {
      Map<String, Object> all =
          Files.readAttributes(
              path, "unix:mode,nlink,dev,ino,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      return new Inode(
          number(all, "mode").intValue(),
          number(all, "nlink").intValue(),
          number(all, "dev").longValue(),
          number(all, "ino").longValue(),
          number(all, "size").longValue(),
          (FileTime) Objects.requireNonNull(all.get("lastModifiedTime")));
    }

    Object key() {
      return List.of(device, number);
    }

    private static Number number(Map<String, Object> all, String name) {
      return (Number) Objects.requireNonNull(all.get(name));
    }
  }
}
