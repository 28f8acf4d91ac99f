package bellows.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/**
 * What a client sends. That it breaks off is the client's doing, so it is told apart from all else
 * that can go wrong while a handler copies it somewhere, such as a full disk of ours.
 */
final class ArrivingStream extends FilterInputStream {
  private final Function<IOException, RuntimeException> brokenOff;

  /**
   * @param brokenOff what to throw when the content does not come whole
   */
  ArrivingStream(InputStream in, Function<IOException, RuntimeException> brokenOff) {
    super(in);
    this.brokenOff = brokenOff;
  }

  @Override
  public int read() {
    try {
      return super.read();
    } catch (IOException e) {
      throw brokenOff.apply(e);
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    try {
      return super.read(into, offset, length);
    } catch (IOException e) {
      throw brokenOff.apply(e);
    }
  }
}
