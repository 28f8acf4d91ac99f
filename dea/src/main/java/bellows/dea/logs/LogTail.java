package bellows.dea.logs;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the two streams of one container from where they were last delivered, publishes whole
 * lines in order, and frees the space of what it has read.
 *
 * <p>Thread-safe: one poll at a time; a poll that finds another one at work leaves it alone.
 */
public final class LogTail {
  private static final Logger log = LoggerFactory.getLogger(LogTail.class);

  /** Longer lines are cut, so that one line never fills a message. */
  static final int LONGEST_LINE = 64 << 10;

  private static final int CHUNK = 256 << 10;

  /** Chunks of one stream in one poll: the other apps want their turn. */
  private static final int CHUNKS_PER_POLL = 8;

  /** A stream further behind than this is skipped unread: its app writes more than it may. */
  private static final long FARTHEST_BEHIND = 8L << 20;

  /** Freed in steps: a system call a line would cost more than the space. */
  private static final long DISCARD_STEP = 256 << 10;

  private static final int KEPT_LINES = 20;
  private static final long NOTICE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final String[] NAMES = {"OUT", "ERR"};

  private final LogSource source;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final LogRateLimit limit;
  private final Stream[] streams;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final byte[] noBytes = {};
  private @Nullable LogOffsets offsets;
  private long lastTimestamp;
  private long droppedLines;
  private long droppedBytes;
  private long noticedAt;
  private boolean closed;

  LogTail(LogSource source, MessageBus bus, Scheduler scheduler) {
    this.source = source;
    this.bus = bus;
    this.scheduler = scheduler;
    this.limit = new LogRateLimit(source.bytesPerSecond(), scheduler.nanoTime());
    this.noticedAt = scheduler.nanoTime() - NOTICE_EVERY_NANOS;
    this.streams =
        new Stream[] {
          new Stream(0, source.container().stdout()), new Stream(1, source.container().stderr())
        };
  }

  private static final class Stream {
    private final int number;
    private final Path file;
    private @Nullable FileChannel channel;
    private long discarded;

    private Stream(int number, Path file) {
      this.number = number;
      this.file = file;
    }
  }

  /**
   * Publishes what is new.
   *
   * @return true when there was something
   */
  synchronized boolean poll() {
    return !closed && readBoth(false);
  }

  /** Publishes all that is left, a last line without an end too, and forgets the stream. */
  public synchronized void finish() {
    if (closed) {
      return;
    }
    while (readBoth(false)) {
      // until both streams are read to their ends; the container is over, so they have ends
    }
    readBoth(true);
    noticeDropped(scheduler.nanoTime() + NOTICE_EVERY_NANOS);
    release();
    try {
      Files.deleteIfExists(source.offsets());
    } catch (IOException e) {
      log.atWarn().addKeyValue("file", source.offsets()).setCause(e).log("log.offsets_left");
    }
  }

  /** Stops following; the next run of this process goes on from here. */
  synchronized void release() {
    closed = true;
    try {
      for (Stream stream : streams) {
        if (stream.channel != null) {
          stream.channel.close();
        }
      }
      if (offsets != null) {
        offsets.close();
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("app", source.app()).setCause(e).log("log.close_failed");
    }
  }

  /** The newest lines of both streams, oldest first, for an error's words. */
  public synchronized List<String> lastLines() {
    return List.copyOf(lastLines);
  }

  private boolean readBoth(boolean last) {
    boolean any = false;
    for (Stream stream : streams) {
      try {
        any |= read(stream, last);
      } catch (IOException e) {
        log.atWarn()
            .addKeyValue("app", source.app())
            .addKeyValue("stream", NAMES[stream.number])
            .setCause(e)
            .log("log.read_failed");
      }
    }
    noticeDropped(scheduler.nanoTime());
    return any;
  }

  private boolean read(Stream stream, boolean last) throws IOException {
    FileChannel channel = channel(stream);
    if (channel == null) {
      return false;
    }
    LogOffsets at = offsets();
    long size = channel.size();
    long offset = at.delivered(stream.number);
    if (size < offset) {
      // The app has emptied its own log: what it writes from now on is new.
      offset = 0;
      stream.discarded = 0;
      at.delivered(stream.number, 0);
    }
    if (offset == size) {
      return false;
    }
    if (size - offset > FARTHEST_BEHIND) {
      droppedBytes += size - CHUNK - offset;
      offset = size - CHUNK;
      at.delivered(stream.number, offset);
    }
    boolean any = false;
    for (int i = 0; i < CHUNKS_PER_POLL && offset < size; i++) {
      byte[] chunk = chunk(channel, offset, (int) Math.min(CHUNK, size - offset));
      LineSplitter.Split split =
          LineSplitter.split(
              chunk, chunk.length, LONGEST_LINE, last && offset + chunk.length >= size);
      if (split.consumed() == 0) {
        break;
      }
      publish(stream, split.lines());
      offset += split.consumed();
      at.delivered(stream.number, offset);
      any = true;
    }
    if (offset - stream.discarded >= DISCARD_STEP) {
      source.container().discardLog(stream.file, offset);
      stream.discarded = offset;
    }
    return any;
  }

  private byte[] chunk(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        return buffer.position() == 0 ? noBytes : Arrays.copyOf(buffer.array(), buffer.position());
      }
    }
    return buffer.array();
  }

  private void publish(Stream stream, List<LineSplitter.Line> lines) {
    long now = scheduler.nanoTime();
    List<LogBatch.Line> admitted = new ArrayList<>();
    BatchBudget budget = new BatchBudget();
    for (LineSplitter.Line line : lines) {
      if (lastLines.size() == KEPT_LINES) {
        lastLines.removeFirst();
      }
      lastLines.addLast(line.text());
      if (limit.admit(line.bytes(), now)) {
        if (!budget.fits(line.text())) {
          bus.publish(Subjects.LOGS, new LogBatch(admitted));
          admitted = new ArrayList<>();
        }
        admitted.add(line(stream.number == 1, line.text()));
      } else {
        droppedLines++;
      }
    }
    if (!admitted.isEmpty()) {
      bus.publish(Subjects.LOGS, new LogBatch(admitted));
    }
  }

  /** Tells the app's owner, in the stream itself, at most once a second. */
  private void noticeDropped(long now) {
    if ((droppedLines == 0 && droppedBytes == 0) || now - noticedAt < NOTICE_EVERY_NANOS) {
      return;
    }
    String text =
        "app instance exceeded log rate limit ("
            + limit.bytesPerSecond()
            + " bytes/sec): "
            + droppedLines
            + " lines dropped"
            + (droppedBytes > 0 ? ", and " + droppedBytes + " bytes unread" : "");
    droppedLines = 0;
    droppedBytes = 0;
    noticedAt = now;
    bus.publish(Subjects.LOGS, LogBatch.of(line(true, text)));
  }

  /** Times never go back nor stand still, so that sorting by time keeps the order. */
  private LogBatch.Line line(boolean error, String text) {
    lastTimestamp = Math.max(lastTimestamp + 1, AppLog.nanos(scheduler.now()));
    return new LogBatch.Line(
        source.app().value(), lastTimestamp, source.sourceType(), source.index(), error, text);
  }

  private LogOffsets offsets() throws IOException {
    if (offsets == null) {
      offsets = LogOffsets.open(source.offsets());
    }
    return offsets;
  }

  private static @Nullable FileChannel channel(Stream stream) throws IOException {
    if (stream.channel == null && Files.exists(stream.file)) {
      stream.channel = FileChannel.open(stream.file, StandardOpenOption.READ);
    }
    return stream.channel;
  }
}
