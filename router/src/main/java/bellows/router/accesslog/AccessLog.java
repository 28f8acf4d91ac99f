package bellows.router.accesslog;

import bellows.base.lifecycle.Component;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes pieces of the log from the event loops and writes them where they belong: one thread to the
 * file, one to the apps' logs. The loops never wait: what does not fit the queue is dropped and
 * counted.
 */
public final class AccessLog implements Component {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final int QUEUED_PIECES = 64;
  private static final long CLOSE_MILLIS = 2_000;

  /** An empty piece, and an empty batch, end their writer. */
  private static final ByteBuffer LAST = ByteBuffer.allocate(0);

  private static final byte[] LAST_BATCH = {};

  private final Config config;
  private final Consumer<byte[]> apps;
  private final BlockingQueue<ByteBuffer> pieces = new ArrayBlockingQueue<>(QUEUED_PIECES);
  private final BlockingQueue<byte[]> batches = new ArrayBlockingQueue<>(QUEUED_PIECES);
  private final LongAdder dropped = new LongAdder();
  private @Nullable FileChannel channel;
  private List<Thread> writers = List.of();
  private volatile boolean closing;

  /** How the file is written. Apps get their lines in {@link #TEXT}, always. */
  public enum Format {
    /** gorouter's. */
    TEXT,
    /** An object with the same fields per line. */
    JSON,
    /** There is no file. */
    OFF
  }

  /**
   * @param file appended to; null for none
   * @param query what of a URI's query is written, in the file and for apps
   */
  public record Config(@Nullable Path file, Format format, LoggedQuery query) {
    public static final Config DEFAULT = new Config(null, Format.TEXT, LoggedQuery.REDACTED);

    public Config file(@Nullable Path newFile) {
      return new Config(newFile, format, query);
    }

    public Config format(Format newFormat) {
      return new Config(file, newFormat, query);
    }

    public Config query(LoggedQuery newQuery) {
      return new Config(file, format, newQuery);
    }
  }

  /**
   * @param apps gets the lines of apps: {@link bellows.contracts.logs.LogBatch}es as JSON
   */
  public AccessLog(Config config, Consumer<byte[]> apps) {
    this.config = config;
    this.apps = apps;
  }

  @Override
  public void start() {
    if (!writers.isEmpty()) {
      return;
    }
    if (config.file() != null && hasFile()) {
      channel = open(config.file());
    }
    // Not virtual: to hand a piece to one of those costs more than to wake a thread, and one that
    // writes to a file needs another to stand in for it, all on the event loops' processors.
    writers =
        List.of(
            Thread.ofPlatform().daemon().name("access-log-file").start(this::writePieces),
            Thread.ofPlatform().daemon().name("access-log-apps").start(this::publishBatches));
  }

  private static FileChannel open(Path file) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      return FileChannel.open(
          file,
          EnumSet.of(
              StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
          // It holds what people asked for: not for everybody on the machine.
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the access log " + file, e);
    }
  }

  boolean hasFile() {
    return config.file() != null && config.format() != Format.OFF;
  }

  /** Whether the file's lines are those of apps. */
  boolean writesText() {
    return config.format() == Format.TEXT;
  }

  /** A new one for an event loop. */
  LineFormat fileFormat() {
    return config.format() == Format.JSON ? new AccessJson(config.query()) : appFormat();
  }

  /** A new one for an event loop. */
  LineFormat appFormat() {
    return new AccessLine(config.query());
  }

  /** Takes whole lines. */
  void write(ByteBuffer piece) {
    if (closing || !pieces.offer(piece)) {
      dropped.increment();
    }
  }

  void publish(byte[] batch) {
    if (closing || !batches.offer(batch)) {
      dropped.increment();
    }
  }

  /** Pieces that were not written, since start. */
  public long dropped() {
    return dropped.sum();
  }

  private void writePieces() {
    try {
      for (ByteBuffer piece = pieces.take(); piece.hasRemaining(); piece = pieces.take()) {
        append(piece);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void append(ByteBuffer piece) {
    FileChannel out = channel;
    if (out == null) {
      return;
    }
    try {
      while (piece.hasRemaining()) {
        out.write(piece);
      }
    } catch (IOException e) {
      dropped.increment();
      log.atWarn().addKeyValue("file", config.file()).setCause(e).log("access_log.write_failed");
    }
  }

  private void publishBatches() {
    try {
      for (byte[] batch = batches.take(); batch.length > 0; batch = batches.take()) {
        try {
          apps.accept(batch);
        } catch (RuntimeException e) {
          dropped.increment();
          log.atWarn().setCause(e).log("access_log.publish_failed");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what is queued and ends; call it after the event loops have handed over their last. */
  @Override
  public void close() {
    if (writers.isEmpty()) {
      return;
    }
    closing = true;
    try {
      boolean last = pieces.offer(LAST, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      last &= batches.offer(LAST_BATCH, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      for (Thread writer : writers) {
        if (!last || !writer.join(Duration.ofMillis(CLOSE_MILLIS))) {
          writer.interrupt();
        }
      }
      FileChannel out = channel;
      if (out != null) {
        out.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.atWarn().addKeyValue("file", config.file()).setCause(e).log("access_log.close_failed");
    }
    writers = List.of();
  }
}
