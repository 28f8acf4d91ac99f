package bellows.cloudcontroller.placements;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A message that was heard, to know it again: hosts repeat themselves for hours, and what they say
 * of thousands of instances is too long to keep.
 *
 * @param digest SHA-256 of the message
 */
record Heard(String digest) {
  static Heard of(byte[] message) {
    try {
      return new Heard(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(message)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
