package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.network.Attachment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordStoreTest {
  @TempDir Path directory;

  private static ContainerRecord record(String id) {
    ContainerSpec spec =
        new ContainerSpec(
            id,
            1,
            null,
            List.of(),
            List.of("true"),
            ContainerSpec.HOME,
            Map.of(),
            new Limits(64, 16, 128, 32, 64),
            null,
            Egress.none());
    return ContainerRecord.partial(
        spec, new Attachment("10.0.0.2", "v-0001", "n-1", null, List.of()), "boot");
  }

  @Test
  void readsWhatWasWritten() {
    RecordStore store = new RecordStore(directory);
    store.write(record("a"));
    store.write(record("b").started(7));
    assertThat(store.all()).containsExactlyInAnyOrder(record("a"), record("b").started(7));
    store.remove("a");
    assertThat(store.all()).containsExactly(record("b").started(7));
  }

  @Test
  void whatIsBrokenOrOfAnotherVersionIsNotThere() throws IOException {
    RecordStore store = new RecordStore(directory);
    store.write(record("good"));
    String whole = Files.readString(directory.resolve("good.json"));
    Files.writeString(directory.resolve("half.json"), whole.substring(0, whole.length() / 2));
    Files.writeString(directory.resolve("empty.json"), "{}");
    for (String field : List.of("spec", "body", "attachment", "boot", "stage")) {
      assertThat(whole).contains("\"" + field + "\"");
      Files.writeString(
          directory.resolve("no-" + field + ".json"),
          whole.replaceFirst("\"" + field + "\"", "\"else\""));
    }
    assertThat(store.all()).containsExactly(record("good"));
  }
}
