package bellows.cloudcontroller.testing;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Freezes bodies in files under {@code src/test/resources/golden}. What differs from run to run is
 * replaced by its kind. {@code -Dgolden.update=true} writes the files anew.
 */
public final class Golden {
  private static final Path FILES = Path.of("src/test/resources/golden");

  private Golden() {}

  public static void assertMatches(String name, Answer answer) {
    String actual = normal(answer);
    Path file = FILES.resolve(name + ".json");
    try {
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(FILES);
        Files.writeString(file, actual);
      }
      assertThat(actual)
          .describedAs(name)
          .isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String normal(Answer answer) {
    return Json.MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(answer.json())
            .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<guid>")
            .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "<time>")
            .replaceAll("http://127\\.0\\.0\\.1:\\d+", "<base>")
        + "\n";
  }
}
