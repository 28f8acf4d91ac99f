package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.PortMapping;
import bellows.warden.network.Attachment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordStoreTest {
  @TempDir Path directory;

  @Test
  void readsWhatWasWrittenUntilItIsRemoved() {
    ContainerRecord record =
        ContainerRecord.partial(
                new ContainerSpec(
                    "web-0",
                    20_000,
                    Path.of("/droplets/a b"),
                    List.of(BindMount.writable(Path.of("/cache"), Path.of("/tmp/cache"))),
                    List.of("bash"),
                    Map.of("KEY", "value"),
                    new Limits(64, 64, 100, 64, 64),
                    new PortMapping(61_000, 8080),
                    Egress.none()),
                new Attachment("10.0.0.2", "b-0002", "b-web-0", null, List.of("10.0.0.0/8")),
                "boot")
            .started(42)
            .connected(true);
    RecordStore store = new RecordStore(directory);

    store.write(record.at(ContainerRecord.Stage.PARTIAL));
    store.write(record);
    assertThat(new RecordStore(directory).all()).containsExactly(record);

    store.remove("web-0");
    store.remove("web-0");
    assertThat(store.all()).isEmpty();
  }

  @Test
  void skipsWhatItCannotRead() throws Exception {
    Files.writeString(directory.resolve("torn.json"), "{\"spec\":");
    Files.writeString(directory.resolve("web.new"), "");

    assertThat(new RecordStore(directory).all()).isEmpty();
  }
}
