package bellows.base.archive;

import bellows.base.archive.ArchiveException.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tree that grows from an archive. It began empty and only we write to it, so what is on disk is
 * known without asking: a name whose parents are all directories made here passes no link.
 */
final class Extraction {
  private final Path root;
  private final Archives.Limits limits;
  private final Archives.Links links;
  private final Owner owner;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final byte[] buffer = new byte[64 * 1024];
  private long bytes;

  /** What is at a name. */
  private sealed interface Node {
    /** Mode and time are set last: a read-only directory could not be filled. */
    record Directory(Path path, int mode, @Nullable FileTime time) implements Node {}

    record File(Path path) implements Node {}

    record Link(EntryName name, String target) implements Node {}
  }

  Extraction(Path root, Archives.Limits limits, Archives.Links links, Owner owner) {
    this.root = root;
    this.limits = limits;
    this.links = links;
    this.owner = owner;
  }

  /** The same directory may come twice: the last mode and time count. */
  void directory(String rawName, int mode, @Nullable FileTime time) {
    EntryName name = EntryName.parse(rawName);
    if (!name.isRoot()) {
      Path path = makeDirectory(name);
      nodes.put(name.toString(), new Node.Directory(path, mode, time));
    }
  }

  void file(String rawName, int mode, InputStream content, @Nullable FileTime time) {
    EntryName name = EntryName.parse(rawName);
    Path path = claim(name);
    nodes.put(name.toString(), new Node.File(path));
    try {
      try (OutputStream out =
          Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        copy(name, content, out);
      }
      owner.give(path);
      Files.setPosixFilePermissions(path, Modes.permissions(mode));
      if (time != null) {
        Files.setLastModifiedTime(path, time);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  void symbolicLink(String rawName, String target) {
    EntryName name = EntryName.parse(rawName);
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new ArchiveException(Failure.CORRUPT, "link '" + name + "' has no target");
    }
    Path path = claim(name);
    nodes.put(name.toString(), new Node.Link(name, target));
    try {
      Files.createSymbolicLink(path, Path.of(target));
      owner.give(path);
    } catch (InvalidPathException e) {
      throw new ArchiveException(Failure.UNSAFE_LINK, "link '" + name + "' to no file name", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  /**
   * @param rawTarget the name of a file that came before
   */
  void hardLink(String rawName, String rawTarget) {
    EntryName name = EntryName.parse(rawName);
    EntryName target = EntryName.parse(rawTarget);
    if (!(nodes.get(target.toString()) instanceof Node.File file)) {
      throw new ArchiveException(
          Failure.UNSAFE_LINK,
          "hard link '" + name + "' to '" + target + "', which is no file of this archive");
    }
    Path path = claim(name);
    nodes.put(name.toString(), new Node.File(path));
    try {
      Files.createLink(path, file.path());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  /** Checks what only the whole tree shows, and completes the directories. */
  void finish() {
    if (links == Archives.Links.INSIDE) {
      checkLinks();
    }
    for (Node node : nodes.values()) {
      if (node instanceof Node.Directory directory) {
        complete(directory);
      }
    }
  }

  private void checkLinks() {
    Map<String, String> targets = new LinkedHashMap<>();
    nodes.forEach((name, node) -> {
      if (node instanceof Node.Link link) {
        targets.put(name, link.target());
      }
    });
    LinkCheck check = new LinkCheck(targets);
    for (Node node : nodes.values()) {
      if (node instanceof Node.Link link && check.escapes(link.name(), link.target())) {
        throw new ArchiveException(
            Failure.UNSAFE_LINK,
            "link '" + link.name() + "' to '" + link.target() + "' leads out of the tree");
      }
    }
  }

  private static void complete(Node.Directory directory) {
    try {
      if (directory.time() != null) {
        Files.setLastModifiedTime(directory.path(), directory.time());
      }
      Files.setPosixFilePermissions(directory.path(), Modes.permissions(directory.mode()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot complete " + directory.path(), e);
    }
  }

  /** Makes room for something that must not be there yet. */
  private Path claim(EntryName name) {
    if (name.isRoot()) {
      throw new ArchiveException(Failure.UNSAFE_PATH, "an entry without a name");
    }
    if (nodes.containsKey(name.toString())) {
      throw new ArchiveException(Failure.UNSAFE_PATH, "'" + name + "' is there twice");
    }
    if (!name.parent().isRoot()) {
      makeDirectory(name.parent());
    }
    count();
    return resolve(name);
  }

  /** Makes the directory and those above it where they are not there yet. */
  private Path makeDirectory(EntryName name) {
    Path path = root;
    for (int depth = 1; depth <= name.parts().size(); depth++) {
      EntryName part = new EntryName(name.parts().subList(0, depth));
      switch (nodes.get(part.toString())) {
        case null -> {
          count();
          path = resolve(part);
          nodes.put(part.toString(), new Node.Directory(path, Modes.DIRECTORY, null));
          createDirectory(path);
        }
        case Node.Directory directory -> path = directory.path();
        case Node.File _ ->
            throw new ArchiveException(
                Failure.UNSAFE_PATH, "'" + part + "' is a file and a directory");
        case Node.Link _ ->
            throw new ArchiveException(
                Failure.UNSAFE_LINK, "'" + name + "' lies behind the link '" + part + "'");
      }
    }
    return path;
  }

  private void createDirectory(Path path) {
    try {
      Files.createDirectory(path);
      owner.give(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + path, e);
    }
  }

  private Path resolve(EntryName name) {
    try {
      return root.resolve(name.toString());
    } catch (InvalidPathException e) {
      throw new ArchiveException(
          Failure.UNSAFE_PATH, "'" + name + "' is no file name on this machine", e);
    }
  }

  private void count() {
    if (nodes.size() >= limits.maxEntries()) {
      throw new ArchiveException(
          Failure.TOO_MANY_ENTRIES, "more than " + limits.maxEntries() + " entries");
    }
  }

  private void copy(EntryName name, InputStream content, OutputStream out) throws IOException {
    while (true) {
      int length;
      try {
        length = content.read(buffer);
      } catch (IOException e) {
        throw new ArchiveException(Failure.CORRUPT, "'" + name + "': " + e.getMessage(), e);
      }
      if (length < 0) {
        return;
      }
      bytes += length;
      if (bytes > limits.maxBytes()) {
        throw new ArchiveException(
            Failure.TOO_LARGE, "more than " + limits.maxBytes() + " bytes at '" + name + "'");
      }
      out.write(buffer, 0, length);
    }
  }
}
