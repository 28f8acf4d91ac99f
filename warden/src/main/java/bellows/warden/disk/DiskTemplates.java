package bellows.warden.disk;

import bellows.warden.kernel.Syscalls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Empty disks by copying. All of a size are alike, and an empty one is 100 to 200 KB of data
 * between holes; mkfs takes 10 times as long as to write that, because it waits for the host's
 * disk. Thread-safe.
 */
public final class DiskTemplates {
  /** Apps come in few sizes; the one used longest ago makes room. */
  private static final int KEPT = 16;

  /** Of a larger one, or on a file system that knows no holes, no copy is kept. */
  private static final long LARGEST = 4 << 20;

  /** What stands where between the holes, for each size. */
  private final Map<Integer, Map<Long, byte[]>> bySize =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Map<Long, byte[]>> eldest) {
          return size() > KEPT;
        }
      };

  /** Makes the file and the file system in it, empty. */
  public void format(Path image, int sizeMb) {
    Optional<Map<Long, byte[]>> template = find(sizeMb);
    if (template.isPresent()) {
      write(image, sizeMb, template.get());
    } else {
      DiskImage.format(image, sizeMb);
      read(image).ifPresent(pieces -> keep(sizeMb, pieces));
    }
  }

  private synchronized Optional<Map<Long, byte[]>> find(int sizeMb) {
    return Optional.ofNullable(bySize.get(sizeMb));
  }

  private synchronized void keep(int sizeMb, Map<Long, byte[]> pieces) {
    bySize.put(sizeMb, pieces);
  }

  private static void write(Path image, int sizeMb, Map<Long, byte[]> pieces) {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) sizeMb << 20);
      for (Map.Entry<Long, byte[]> piece : pieces.entrySet()) {
        file.seek(piece.getKey());
        file.write(piece.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + image, e);
    }
  }

  private static Optional<Map<Long, byte[]>> read(Path image) {
    Map<Long, byte[]> pieces = new TreeMap<>();
    long total = 0;
    int fd = Syscalls.open(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      OptionalLong data = Syscalls.nextData(fd, 0);
      while (data.isPresent()) {
        long hole = Syscalls.nextHole(fd, data.getAsLong());
        long length = hole - data.getAsLong();
        total += length;
        if (total > LARGEST) {
          return Optional.empty();
        }
        byte[] bytes = new byte[(int) length];
        file.seek(data.getAsLong());
        file.readFully(bytes);
        pieces.put(data.getAsLong(), bytes);
        data = Syscalls.nextData(fd, hole);
      }
      return Optional.of(pieces);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + image, e);
    } finally {
      Syscalls.close(fd);
    }
  }
}
