package bellows.router.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  @TempDir Path directory;

  @Test
  void neverShowsThePrivateKey() throws IOException {
    Path key = Files.writeString(directory.resolve("a.key"), "secret");
    CertificateFiles files = CertificateFiles.read(directory.resolve("a.pem"), key, null);
    assertThat(files.key()).isEqualTo("secret");
    assertThat(files.toString()).doesNotContain("secret");
  }

  @Test
  void saysWhichFileCannotBeRead() throws IOException {
    Path certificates = Files.createDirectory(directory.resolve("a.pem"));
    CertificateFiles files = CertificateFiles.read(certificates, directory.resolve("a.key"), null);
    assertThat(files.problem()).contains("cannot be read");
    assertThat(files.equals(CertificateFiles.read(certificates, directory.resolve("a.key"), null)))
        .as("told once only")
        .isTrue();
  }

  @Test
  void knowsAMissingFileFromAnUnreadableOne() {
    CertificateFiles files =
        CertificateFiles.read(directory.resolve("a.pem"), directory.resolve("a.key"), null);
    assertThat(files).isEqualTo(new CertificateFiles("", "", "", ""));
  }
}
