package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterSettingsTest {
  @TempDir private Path directory;

  private Settings set(String... lines) throws IOException {
    return Settings.read(Files.write(directory.resolve("p"), List.of(lines)));
  }

  @Test
  void namesWhatMeansNothingToAPlatformThatLeavesItsPortToARouter() throws Exception {
    assertThat(
            RouterSettings.withoutEffect(
                set(
                    "nats.url=nats://127.0.0.1",
                    "router.embedded=off",
                    "router.strict=on",
                    "router.tcp_ports=1024-1123",
                    "router.zone=z1")))
        .endsWith("belong to ./bellows router: router.strict, router.zone");
    assertThat(
            RouterSettings.withoutEffect(set("nats.url=nats://127.0.0.1", "router.embedded=off")))
        .isEmpty();
    assertThat(RouterSettings.withoutEffect(set("router.strict=on"))).isEmpty();
  }

  @Test
  void wantsABusBetweenPlatformAndRouter() {
    assertThatThrownBy(() -> RouterSettings.isEmbedded(set("router.embedded=off")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("nats.url");
  }
}
