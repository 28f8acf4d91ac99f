package bellows.blobstore;

import bellows.http.CfError;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Throws once more than the allowed bytes have come. */
final class LimitedStream extends FilterInputStream {
  private final long limit;
  private long count;

  LimitedStream(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    add(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = super.read(into, offset, length);
    add(Math.max(0, read));
    return read;
  }

  private void add(int more) {
    count += more;
    if (count > limit) {
      throw CfError.Kind.PAYLOAD_TOO_LARGE.because("more than %d bytes", limit);
    }
  }
}
