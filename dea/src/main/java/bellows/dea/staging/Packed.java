package bellows.dea.staging;

import bellows.base.archive.Archives;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A directory packed into a file, with the digests of that file. */
record Packed(Path file, long bytes, String sha1, String sha256) {
  static Packed of(Path directory, Path file) throws IOException {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      try (OutputStream out =
          new DigestOutputStream(
              new DigestOutputStream(
                  new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), sha1),
              sha256)) {
        Archives.tarGz(directory, out);
      }
      return new Packed(
          file,
          Files.size(file),
          HexFormat.of().formatHex(sha1.digest()),
          HexFormat.of().formatHex(sha256.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1 and SHA-256", e);
    }
  }
}
