package bellows.warden.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {
  @TempDir Path directory;

  @Test
  void runsASealedCopyOfTheProgram() throws Exception {
    String script =
        """
        open my $self, '<', '/proc/self/exe';
        print readlink('/proc/self/exe'), ' ', fcntl($self, 1034, 0);
        """;

    assertThat(launch("perl", "-e", script)).isZero();

    // What runc and crun look for: F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE.
    assertThat(text("stdout")).isEqualTo("/memfd:/usr/bin/perl (deleted) 15");
  }

  @Test
  void saysWhatItCouldNotBecome() throws Exception {
    assertThat(launch("no-such-runtime", "run")).isEqualTo(125);
    assertThat(text("stderr")).isEqualTo("no-such-runtime: No such file or directory\n");
  }

  private int launch(String... command) throws Exception {
    Path stdout = directory.resolve("stdout");
    Path stderr = directory.resolve("stderr");
    try (Launcher launcher = Launcher.start(command[0])) {
      return launcher.become(null, stdout, stderr, List.of(command)).waitFor();
    }
  }

  private String text(String file) throws Exception {
    return Files.readString(directory.resolve(file));
  }
}
