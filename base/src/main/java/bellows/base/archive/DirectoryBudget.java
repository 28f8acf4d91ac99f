package bellows.base.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/**
 * Bounds what is read of a zip while it is opened. The reader then holds its whole directory in
 * memory, whatever number of entries the archive admits to.
 */
final class DirectoryBudget implements SeekableByteChannel {
  private static final long FIXED_BYTES = 1 << 20;

  /** A header of 46 bytes, extra fields, and a name of usual length. */
  private static final long BYTES_PER_ENTRY = 256;

  private final SeekableByteChannel channel;
  private final int maxEntries;
  private long left;

  DirectoryBudget(SeekableByteChannel channel, Archives.Limits limits) {
    this.channel = channel;
    this.maxEntries = limits.maxEntries();
    this.left = FIXED_BYTES + BYTES_PER_ENTRY * maxEntries;
  }

  /** It is open: from now on contents are read, which the extraction counts. */
  void lift() {
    left = Long.MAX_VALUE;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int count = channel.read(into);
    left -= Math.max(0, count);
    if (left < 0) {
      throw new ArchiveException(
          ArchiveException.Failure.TOO_MANY_ENTRIES, "more than " + maxEntries + " entries");
    }
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return channel.write(from);
  }

  @Override
  public long position() throws IOException {
    return channel.position();
  }

  @Override
  public SeekableByteChannel position(long position) throws IOException {
    channel.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    channel.truncate(size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
