package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  /** The first cell of a row of a table, when it is code. */
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

  @TempDir Path directory;

  private Settings settings(String text) throws IOException {
    return Settings.read(Files.writeString(directory.resolve("bellows.properties"), text));
  }

  private int warmSlots(String text) throws IOException {
    return WardenSettings.of(settings(text), new DataDirectory(directory)).warmSlots();
  }

  @Test
  void anUnknownKeyStopsTheStart() {
    assertThatThrownBy(() -> settings("stagin.memory_mb=5\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("[stagin.memory_mb]");
  }

  @Test
  void aNumberHasBounds() throws IOException {
    assertThat(settings("dea.disk_mb=1\n").number("dea.disk_mb")).contains(1);
    for (String wrong : List.of("-5", "0", "much", "3000000000")) {
      Settings settings = settings("staging.memory_mb=" + wrong + "\n");
      assertThatThrownBy(() -> settings.number("staging.memory_mb"))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("staging.memory_mb must be a whole number of at least 1: " + wrong);
    }
  }

  @Test
  void aHostMayKeepNoWarmSlots() throws IOException {
    assertThat(warmSlots("dea.warm_slots=0\n")).isZero();
    assertThat(warmSlots("dea.warm_slots=64\n")).isEqualTo(64);
    assertThat(warmSlots("")).isPositive();
    assertThatThrownBy(() -> warmSlots("dea.warm_slots=65\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("dea.warm_slots must be a whole number from 0 to 64: 65");
  }

  @Test
  void everyKeyIsDocumentedAndNothingElse() throws IOException {
    String page = Files.readString(Path.of("../docs/settings.md"));
    List<String> documented =
        ROW.matcher(page).results().map(MatchResult::group).map(SettingsTest::key).toList();
    assertThat(documented).containsExactlyInAnyOrderElementsOf(Settings.KEYS);
  }

  private static String key(String row) {
    return row.replaceAll("[|` ]", "");
  }
}
