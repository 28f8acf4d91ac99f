package bellows.base.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir private Path directory;

  @Test
  void aFileIsWrittenWithItsPermissionsAndItsDirectory() throws IOException {
    Path file = directory.resolve("keys/secret");
    AtomicFiles.write(file, "hidden".getBytes(UTF_8), AtomicFiles.OWNER_ONLY);
    assertThat(file).hasContent("hidden");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(AtomicFiles.OWNER_ONLY);
  }

  @Test
  void aFileIsReplacedAndNothingElseIsLeft() throws IOException {
    Path file = directory.resolve("state");
    AtomicFiles.write(file, "old".getBytes(UTF_8), AtomicFiles.OWNER_ONLY);
    AtomicFiles.write(file, "new".getBytes(UTF_8), AtomicFiles.PUBLIC);
    assertThat(file).hasContent("new");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(AtomicFiles.PUBLIC);
    assertThat(directory).isDirectoryNotContaining("glob:**/.new-*");
  }

  @Test
  void aFailureLeavesNothingBehind() throws IOException {
    Path occupied = Files.createDirectories(directory.resolve("occupied/by-this"));
    assertThatThrownBy(() ->
            AtomicFiles.write(directory.resolve("occupied"), new byte[] {1}, AtomicFiles.PUBLIC))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(directory).isDirectoryNotContaining("glob:**/.new-*");
    assertThat(occupied).isDirectory();
  }
}
