package bellows.router.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the files of one certificate held when they were read. It holds a private key, so it never
 * tells what is in it.
 *
 * @param certificates empty when there is no such file; so with the others
 * @param authorities of clients
 * @param problem why a file that is there could not be read; empty when all could be
 */
record CertificateFiles(String certificates, String key, String authorities, String problem) {
  /**
   * @param authorities null for none
   */
  static CertificateFiles read(Path certificates, Path key, @Nullable Path authorities) {
    try {
      return new CertificateFiles(
          content(certificates), content(key), authorities == null ? "" : content(authorities), "");
    } catch (IOException e) {
      return new CertificateFiles("", "", "", "a file cannot be read: " + e);
    }
  }

  private static String content(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  @Override
  public String toString() {
    return "CertificateFiles[" + certificates.length() + " characters of certificates]";
  }
}
