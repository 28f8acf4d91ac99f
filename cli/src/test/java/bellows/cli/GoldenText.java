package bellows.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that stay as they are; {@code -Dgolden.write=true} makes the files anew. */
final class GoldenText {
  private GoldenText() {}

  static void assertMatches(String name, String actual) {
    try {
      if (Boolean.getBoolean("golden.write")) {
        Files.writeString(Path.of("src/test/resources/golden", name), actual);
        return;
      }
      try (InputStream golden = GoldenText.class.getResourceAsStream("/golden/" + name)) {
        assertThat(golden).as("golden file " + name).isNotNull();
        assertThat(actual).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
