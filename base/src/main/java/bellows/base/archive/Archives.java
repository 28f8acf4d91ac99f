package bellows.base.archive;

import bellows.base.files.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Unpacks archives that nobody trusts, and packs directories.
 *
 * <p>The target of an unpacking must be absent or an empty directory, and nobody else may write to
 * it meanwhile: that is what makes "nothing is ever written through a link" certain. When unpacking
 * fails, for whatever reason, the target is absent or empty again. Setuid, setgid and sticky bits
 * are dropped.
 *
 * <p>All methods throw {@link ArchiveException} for what is wrong with the archive and {@link
 * UncheckedIOException} for what is wrong with the disk.
 */
public final class Archives {
  private Archives() {}

  /**
   * @param maxBytes sum of all file contents once unpacked
   * @param maxEntries files, directories (implied ones too) and links
   */
  public record Limits(long maxBytes, int maxEntries) {
    public Limits {
      if (maxBytes < 0 || maxEntries < 0) {
        throw new IllegalArgumentException("limits must not be negative: " + maxBytes);
      }
    }
  }

  /** Where symbolic links may lead. */
  public enum Links {
    /** Nowhere out of the tree, not even by way of other links. */
    INSIDE,
    /**
     * Anywhere, for trees that are looked at from inside a container, where {@code
     * /usr/bin/python3} is right. Code on the host must not follow a link in such a tree.
     */
    ANYWHERE
  }

  /** Unpacks a zip with the unix modes it carries; links must stay inside. */
  public static void unzip(Path zip, Path into, Limits limits) {
    extract(
        into,
        new Extraction(into, limits, Links.INSIDE, Owner.UNCHANGED),
        tree -> ZipReader.read(zip, limits, tree));
  }

  /**
   * As {@link #untarGz(InputStream, Path, Limits, int, int, Links)} with links that stay inside.
   */
  public static void untarGz(InputStream tarGz, Path into, Limits limits, int uid, int gid) {
    untarGz(tarGz, into, limits, uid, gid, Links.INSIDE);
  }

  /**
   * Unpacks a gzipped tar with its modes, links and modification times. The stream is read to its
   * end, not closed.
   *
   * @param uid owner of all that is unpacked (not of {@code into} itself); -1 leaves it to us
   */
  public static void untarGz(
      InputStream tarGz, Path into, Limits limits, int uid, int gid, Links links) {
    extract(
        into,
        new Extraction(into, limits, links, new Owner(uid, gid)),
        tree -> TarReader.read(tarGz, tree));
  }

  /**
   * Packs what is in {@code directory}: the same tree gives the same bytes. Modes, modification
   * times, symbolic and hard links are kept, owners are not; sockets, pipes and devices are left
   * out. The stream is not closed.
   */
  public static void tarGz(Path directory, OutputStream out) {
    try {
      TarWriter.write(directory, out);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot pack " + directory, e);
    }
  }

  private static void extract(Path into, Extraction tree, Consumer<Extraction> reader) {
    boolean made = makeEmpty(into);
    boolean done = false;
    try {
      reader.accept(tree);
      tree.finish();
      done = true;
    } finally {
      if (!done) {
        clear(into, made);
      }
    }
  }

  /**
   * @return true when the directory was not there
   */
  private static boolean makeEmpty(Path into) {
    try {
      if (!Files.exists(into, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(into);
        return true;
      }
      try (Stream<Path> children = Files.list(into)) {
        if (children.findAny().isPresent()) {
          throw new IllegalArgumentException("not an empty directory: " + into);
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack into " + into, e);
    }
  }

  private static void clear(Path into, boolean made) {
    if (made) {
      Trees.delete(into);
      return;
    }
    try (Stream<Path> children = Files.list(into)) {
      children.forEach(Trees::delete);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear " + into, e);
    }
  }
}
