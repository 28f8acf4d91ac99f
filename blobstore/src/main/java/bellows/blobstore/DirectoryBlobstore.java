package bellows.blobstore;

import bellows.base.files.Trees;
import bellows.base.lifecycle.Component;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Blobs as files: {@code root/folder/shard/name}, in 256 shards so that no directory grows huge.
 * New content is written beside, made durable, and renamed into place. One process at a time may
 * use a root.
 */
public final class DirectoryBlobstore implements Blobstore, Component {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path root;

  /** Holds what is being written; no folder can have this name. */
  private final Path unfinished;

  public DirectoryBlobstore(Path root) {
    this.root = root;
    this.unfinished = root.resolve(".unfinished");
  }

  /** Removes what an earlier run left half written. */
  @Override
  public void start() {
    Trees.delete(unfinished);
  }

  @Override
  public void close() {
    // Nothing is kept open between two calls.
  }

  @Override
  public Stored put(BlobKey key, InputStream content) {
    try {
      Path temporary = temporary();
      try {
        Stored stored = write(temporary, content);
        moveIntoPlace(temporary, key);
        return stored;
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot store " + key, e);
    }
  }

  @Override
  public Optional<InputStream> open(BlobKey key) {
    try {
      return Optional.of(Files.newInputStream(path(key)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + key, e);
    }
  }

  @Override
  public Optional<Long> size(BlobKey key) {
    try {
      return Optional.of(Files.size(path(key)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + key, e);
    }
  }

  @Override
  public boolean copy(BlobKey from, BlobKey to) {
    Optional<InputStream> content = open(from);
    if (content.isEmpty()) {
      return false;
    }
    try (InputStream open = content.get()) {
      put(to, open);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + from + " to " + to, e);
    }
  }

  @Override
  public boolean delete(BlobKey key) {
    try {
      return Files.deleteIfExists(path(key));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + key, e);
    }
  }

  @Override
  public List<Entry> entries(String folder) {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> shards = Files.newDirectoryStream(root.resolve(folder))) {
      for (Path shard : shards) {
        addEntries(folder, shard, entries);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
    return entries;
  }

  private static void addEntries(String folder, Path shard, List<Entry> entries)
      throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shard)) {
      for (Path file : files) {
        try {
          BasicFileAttributes attributes =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          entries.add(
              new Entry(
                  new BlobKey(folder, file.getFileName().toString()),
                  attributes.size(),
                  attributes.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
          // Deleted between the listing and the look.
        }
      }
    }
  }

  private Path path(BlobKey key) {
    return shard(key).resolve(key.name());
  }

  private Path shard(BlobKey key) {
    return root.resolve(key.folder()).resolve("%02x".formatted(key.name().hashCode() & 0xff));
  }

  private Path temporary() throws IOException {
    Files.createDirectories(unfinished);
    return unfinished.resolve(UUID.randomUUID().toString());
  }

  private static Stored write(Path file, InputStream content) throws IOException {
    Digests digests = new Digests();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int length = content.read(buffer); length >= 0; length = content.read(buffer)) {
        digests.update(buffer, length);
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
    return digests.stored();
  }

  private void moveIntoPlace(Path temporary, BlobKey key) throws IOException {
    Path shard = shard(key);
    if (!Files.isDirectory(shard)) {
      Files.createDirectories(shard);
      sync(root);
      sync(root.resolve(key.folder()));
    }
    Files.move(
        temporary, path(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(shard);
  }

  /** A new name is durable only once its directory is. */
  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
