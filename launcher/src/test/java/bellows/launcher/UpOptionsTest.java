package bellows.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpOptionsTest {
  @TempDir Path directory;

  @Test
  void takesDefaultsForWhatIsNotGiven() {
    UpOptions options = UpOptions.parse(List.of());
    assertThat(options.data()).isEqualTo(Path.of("/var/lib/bellows"));
    assertThat(options.listen()).isEqualTo(new Address("0.0.0.0", 8080));
    assertThat(options.listenTls()).contains(new Address("0.0.0.0", 8443));
    assertThat(options.domain()).isEqualTo("bellows.localhost");
  }

  @Test
  void speaksTlsBesideTheUsualPortsUnlessToldOtherwise() {
    assertThat(UpOptions.parse(List.of("--listen", "127.0.0.1:80")).listenTls())
        .contains(new Address("127.0.0.1", 443));
    assertThat(UpOptions.parse(List.of("--listen", "127.0.0.1:9000")).listenTls()).isEmpty();
    assertThat(UpOptions.parse(List.of("--listen-tls", "off")).listenTls()).isEmpty();
    assertThatThrownBy(() -> UpOptions.parse(List.of("--listen-tls", "on")))
        .hasMessageContaining("--listen-tls must be ADDR:PORT");
  }

  @Test
  void readsAll() {
    UpOptions options =
        UpOptions.parse(
            List.of(
                "--data",
                "/tmp/x/../d",
                "--listen",
                "127.0.0.1:9000",
                "--listen-tls",
                "9001",
                "--domain",
                "a.example"));
    assertThat(options)
        .isEqualTo(
            new UpOptions(
                Path.of("/tmp/d"),
                new Address("127.0.0.1", 9000),
                Optional.of(new Address("0.0.0.0", 9001)),
                "a.example"));
  }

  @Test
  void aPortAloneMeansEveryInterface() {
    assertThat(Address.parse("--listen", "9000")).isEqualTo(new Address("0.0.0.0", 9000));
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> UpOptions.parse(List.of("--listen", "here:99999")))
        .hasMessageContaining("--listen must be ADDR:PORT");
    assertThatThrownBy(() -> UpOptions.parse(List.of("--domain", "Not A Name")))
        .hasMessageContaining("--domain must be a lower-case name");
    assertThatThrownBy(() -> UpOptions.parse(List.of("--daat", "x")))
        .hasMessageContaining("unknown option: --daat");
    assertThatThrownBy(() -> UpOptions.parse(List.of("--data")))
        .hasMessageContaining("needs a value");
  }

  @Test
  void keepsTheAdministratorsPasswordOverRestarts() {
    Path file = directory.resolve("admin.json");
    AdminAccount first = AdminAccount.at(file, "http://127.0.0.1:1");
    AdminAccount second = AdminAccount.at(file, "http://127.0.0.1:2");
    assertThat(second.password()).isEqualTo(first.password()).hasSize(32);
    assertThat(second.api()).isEqualTo("http://127.0.0.1:2");
    assertThat(second.toString()).doesNotContain(first.password());
  }
}
