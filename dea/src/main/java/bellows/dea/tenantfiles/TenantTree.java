package bellows.dea.tenantfiles;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * A directory whose content an app made. We are root and the app chose the names, so a link on the
 * way could lead anywhere on the host: no path component below {@code root} is ever followed, each
 * is opened relative to its open parent.
 */
public final class TenantTree {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path root;

  /**
   * @param root a path that we made ourselves
   */
  public TenantTree(Path root) {
    this.root = root;
  }

  /**
   * The text of a regular file, at most {@code maxBytes} of it; empty when it is not there, is a
   * link or special file, or lies behind one.
   *
   * @param path relative, without {@code ..}
   */
  public Optional<String> text(String path, int maxBytes) {
    Path relative = Path.of(path);
    if (relative.isAbsolute()
        || relative.startsWith("..")
        || !relative.normalize().equals(relative)) {
      throw new IllegalArgumentException("not a plain relative path: " + path);
    }
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      return read(secure(top), relative, maxBytes);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> read(
      SecureDirectoryStream<Path> directory, Path relative, int maxBytes) throws IOException {
    if (relative.getNameCount() > 1) {
      Path rest = relative.subpath(1, relative.getNameCount());
      try (SecureDirectoryStream<Path> next =
          directory.newDirectoryStream(relative.getName(0), LinkOption.NOFOLLOW_LINKS)) {
        return read(next, rest, maxBytes);
      }
    }
    // Opening a pipe would block for ever, so the kind is asked first; a container that still runs
    // could swap it, which is why only ended ones are read.
    BasicFileAttributes attributes =
        directory
            .getFileAttributeView(relative, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!attributes.isRegularFile()) {
      return Optional.empty();
    }
    try (SeekableByteChannel channel = directory.newByteChannel(relative, READ);
        InputStream in = Channels.newInputStream(channel)) {
      return Optional.of(new String(in.readNBytes(maxBytes), StandardCharsets.UTF_8));
    }
  }

  /** Writes a file directly below the root in place of whatever has that name. */
  public void replace(String name, String content) throws IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      SecureDirectoryStream<Path> directory = secure(top);
      Path file = Path.of(name);
      try {
        directory.deleteFile(file);
      } catch (NoSuchFileException e) {
        // Nothing to replace.
      }
      try (SeekableByteChannel channel =
          directory.newByteChannel(
              file,
              Set.of(
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS))) {
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  /**
   * Gives everything, links themselves too, to that user and group. Only before a stranger's
   * program can change the tree.
   */
  public void ownedBy(int uid) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            return own(directory);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            return own(file);
          }

          private FileVisitResult own(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new NotDirectoryException("no openat on this system");
  }
}
