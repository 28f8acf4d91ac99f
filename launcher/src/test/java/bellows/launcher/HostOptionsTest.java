package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.SystemScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.ids.DeaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostOptionsTest {
  @TempDir Path directory;

  private Host host(String settings) throws IOException {
    DataDirectory data = new DataDirectory(directory);
    Files.writeString(data.settings(), settings);
    return new Host(new HostOptions("host-1", directory), Settings.read(data.settings()), data);
  }

  @Test
  void readsNameAndData() {
    assertThat(HostOptions.parse(List.of("--name", "host-1", "--data", "/tmp/x/../d")))
        .isEqualTo(new HostOptions("host-1", Path.of("/tmp/d")));
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> HostOptions.parse(List.of())).hasMessageContaining("--name host-1");
    assertThatThrownBy(() -> HostOptions.parse(List.of("--name", "Host 1")))
        .hasMessageContaining("--name must be");
    assertThatThrownBy(() -> HostOptions.parse(List.of("--name", "host-0")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("host-0 is the machine of the platform itself");
    assertThatThrownBy(() -> HostOptions.parse(List.of("--listen", "1")))
        .hasMessageContaining("unknown option: --listen");
  }

  @Test
  void needsABusAndShowsNoPasswordOfIt() throws IOException {
    assertThatThrownBy(() -> host("")).hasMessageContaining("write nats.url=");
    assertThatThrownBy(() -> host("nats.url=nats:secret@nowhere\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("nats.url must be")
        .hasMessageNotContaining("secret");
    assertThat(host("nats.url=nats://u:secret@127.0.0.1\n").server().toString())
        .isEqualTo("nats://127.0.0.1:4222");
  }

  @Test
  void isReachedWhereTheSettingsSay() throws IOException {
    assertThat(host("nats.url=nats://127.0.0.1\nnetwork.subnet=10.9.0.0/16\n").address())
        .as("nobody elsewhere can reach a bus on this machine's own address")
        .isEqualTo("10.9.0.1");
    assertThat(host("nats.url=nats://127.0.0.1\nnetwork.address=192.0.2.7\n").address())
        .isEqualTo("192.0.2.7");
  }

  @Test
  void aNameBelongsToOneLiveHost() {
    try (SystemScheduler scheduler = new SystemScheduler();
        InProcessBus bus = new InProcessBus(scheduler)) {
      bus.start();
      bus.subscribe(
          Subjects.DEA_LOCATE,
          _ ->
              bus.publish(
                  Subjects.DEA_ADVERTISE,
                  new DeaAdvertise(
                      new DeaId("dea"),
                      List.of("debian"),
                      1024,
                      1024,
                      Map.of(),
                      null,
                      "host-1",
                      "10.0.0.2",
                      61_001,
                      65_535)));
      HostName.claim("host-2", bus, "go elsewhere");
      assertThatThrownBy(() -> HostName.claim("host-1", bus, "go elsewhere"))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("host-1 is taken by the host at 10.0.0.2")
          .hasMessageEndingWith("go elsewhere");
    }
  }
}
