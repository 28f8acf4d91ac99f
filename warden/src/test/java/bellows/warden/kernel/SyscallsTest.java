package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyscallsTest {
  @Test
  void tellsWhyTheKernelRefuses(@TempDir Path directory) {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> Syscalls.open(missing))
        .isInstanceOfSatisfying(
            KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
        .hasMessage("open " + missing + ": No such file or directory");
  }

  @Test
  void doesNotFollowALink(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);

    Syscalls.close(Syscalls.open(file));
    assertThatThrownBy(() -> Syscalls.open(link)).isInstanceOf(KernelException.class);
  }
}
