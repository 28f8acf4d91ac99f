package bellows.router.routes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A host that is asked for, made ready to be looked up; a connection nearly always asks for one.
 */
public final class HostName {
  private final String text;
  private final byte[] bytes;
  private final int hash;

  private HostName(String text) {
    this.text = text;
    this.bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    this.hash = HostHash.of(text);
  }

  /**
   * @param text lower case, without port
   */
  public static HostName of(String text) {
    return new HostName(text);
  }

  public String text() {
    return text;
  }

  int hash() {
    return hash;
  }

  boolean is(byte[] key) {
    return Arrays.equals(bytes, key);
  }

  /** Whether {@code bytes} from {@code from} are the host with {@code length} characters. */
  public boolean is(byte[] other, int from, int length) {
    return length == bytes.length && Arrays.equals(bytes, 0, length, other, from, from + length);
  }

  @Override
  public String toString() {
    return text;
  }
}
