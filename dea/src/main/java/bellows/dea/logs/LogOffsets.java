package bellows.dea.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How far an instance's two streams have been delivered: two numbers in a file, written in place
 * after each delivery so that the next run of this process goes on there. It need not survive the
 * machine, whose containers do not either, so nothing is forced to disk.
 */
final class LogOffsets implements AutoCloseable {
  private static final int BYTES = 2 * Long.BYTES;

  private final FileChannel channel;
  private final long[] delivered = new long[2];

  private LogOffsets(FileChannel channel) {
    this.channel = channel;
  }

  static LogOffsets open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    LogOffsets offsets = new LogOffsets(channel);
    ByteBuffer numbers = ByteBuffer.allocate(BYTES);
    if (channel.read(numbers, 0) == BYTES) {
      offsets.delivered[0] = Math.max(0, numbers.getLong(0));
      offsets.delivered[1] = Math.max(0, numbers.getLong(Long.BYTES));
    }
    return offsets;
  }

  long delivered(int stream) {
    return delivered[stream];
  }

  void delivered(int stream, long offset) throws IOException {
    delivered[stream] = offset;
    ByteBuffer numbers = ByteBuffer.allocate(BYTES);
    numbers.putLong(delivered[0]).putLong(delivered[1]).flip();
    channel.write(numbers, 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
