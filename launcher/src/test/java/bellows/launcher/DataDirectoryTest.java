package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path directory;

  private String permissions(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(path)));
  }

  @Test
  void keepsPasswordsAndKeysToItsOwner() throws IOException {
    Path settings = Files.writeString(directory.resolve("bellows.properties"), "dea.disk_mb=1\n");
    Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-r--r--"));
    Files.createDirectories(directory.resolve("tls/certificates"));
    Files.setPosixFilePermissions(
        directory.resolve("tls"), PosixFilePermissions.fromString("rwxrwxrwx"));
    try (DataDirectory data = new DataDirectory(directory)) {
      assertThat(data.acquire()).isTrue();
    }
    assertThat(permissions("bellows.properties")).isEqualTo("rw-------");
    assertThat(permissions("tls/certificates")).isEqualTo("rwx------");
    assertThat(permissions("keys")).isEqualTo("rwx------");
    assertThat(permissions("tls"))
        .as("clients read ca.pem there; nobody puts an authority beside it")
        .isEqualTo("rwx--x--x");
  }

  @Test
  void needsNoSettings() throws IOException {
    try (DataDirectory data = new DataDirectory(directory.resolve("new"))) {
      assertThat(data.acquire()).isTrue();
      assertThat(data.settings()).doesNotExist();
    }
    assertThat(permissions("new")).isEqualTo("rwx--x--x");
  }
}
