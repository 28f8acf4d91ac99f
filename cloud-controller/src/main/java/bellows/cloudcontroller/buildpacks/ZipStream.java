package bellows.cloudcontroller.buildpacks;

import bellows.http.CfError;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Passes bytes on while they begin as a zip file does and are not too many. */
final class ZipStream extends FilterInputStream {
  private static final byte[] MAGIC = {'P', 'K'};

  private final long limit;
  private long count;

  ZipStream(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int got = read(one, 0, 1);
    return got < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int got = super.read(into, offset, length);
    if (got < 0) {
      if (count < MAGIC.length) {
        throw notZip();
      }
      return got;
    }
    for (int i = 0; i < got && count + i < MAGIC.length; i++) {
      if (into[offset + i] != MAGIC[(int) count + i]) {
        throw notZip();
      }
    }
    count += got;
    if (count > limit) {
      throw CfError.Kind.PAYLOAD_TOO_LARGE.because(
          "The buildpack is larger than %d MiB", limit >> 20);
    }
    return got;
  }

  private static CfError notZip() {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because("Buildpack bits must be a zip file");
  }
}
