package bellows.blobstore;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Measures a content as it passes. */
final class Digests {
  private final MessageDigest sha1 = digest("SHA-1");
  private final MessageDigest sha256 = digest("SHA-256");
  private long bytes;

  void update(byte[] buffer, int length) {
    sha1.update(buffer, 0, length);
    sha256.update(buffer, 0, length);
    bytes += length;
  }

  Stored stored() {
    HexFormat hex = HexFormat.of();
    return new Stored(bytes, hex.formatHex(sha1.digest()), hex.formatHex(sha256.digest()));
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}
