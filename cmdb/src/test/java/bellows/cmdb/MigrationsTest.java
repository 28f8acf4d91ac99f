package bellows.cmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  @Test
  void knowsTheNewestFile() throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Optional.ofNullable(Migrations.class.getClassLoader().getResource("db/migration"))
                .orElseThrow()
                .toURI());
    try (var files = Files.list(folder)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .max(Comparator.comparingInt(MigrationsTest::version)))
          .contains(Migrations.NEWEST);
    }
  }

  private static int version(String file) {
    return Integer.parseInt(file.substring(1, file.indexOf("__")));
  }
}
