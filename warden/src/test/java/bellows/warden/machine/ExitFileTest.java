package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.oci.Init;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExitFileTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 143, 255})
  void readsTheStatusOverTheOldContent(int status) throws Exception {
    String text = status + "\n";
    Path file = directory.resolve("exit");
    Files.writeString(
        file, text + Init.NO_STATUS.substring(Math.min(text.length(), Init.NO_STATUS.length())));

    assertThat(ExitFile.status(file)).hasValue(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {Init.NO_STATUS, "", "-1\n", "256\n", "99999999999999999999", "x", "\n7\n"})
  void takesNothingElseForAStatus(String content) throws Exception {
    Path file = Files.writeString(directory.resolve("exit"), content);

    assertThat(ExitFile.status(file)).isEqualTo(OptionalInt.empty());
  }

  @Test
  void livesWithoutTheFileAndFollowsNoLink() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "7\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);

    assertThat(ExitFile.status(directory.resolve("missing"))).isEmpty();
    assertThat(ExitFile.status(link)).isEmpty();
  }
}
