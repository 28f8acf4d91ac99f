package bellows.base.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds what is read between two file contents. A tar may carry names and attributes of any
 * length, which the reader holds in memory: a few compressed kilobytes would fill the heap.
 */
final class HeaderGuard extends FilterInputStream {
  private static final int HEADER_BYTES = 1 << 20;

  private long left = HEADER_BYTES;

  HeaderGuard(InputStream in) {
    super(in);
  }

  /** From now on headers are read. */
  void header() {
    left = HEADER_BYTES;
  }

  /** From now on content is read, which the extraction counts. */
  void content() {
    left = Long.MAX_VALUE;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    spend(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    spend(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(Math.min(count, left));
    spend(skipped);
    return skipped;
  }

  private void spend(long count) throws IOException {
    left -= count;
    if (left < 0) {
      throw new IOException("a header of more than " + HEADER_BYTES + " bytes");
    }
  }
}
