package bellows.warden.oci;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlotInitTest {
  @Test
  void tellsWhoWithWhatAndMarksTheEnd() {
    ContainerSpec spec =
        new ContainerSpec(
            "web-0",
            20_000,
            null,
            List.of(),
            List.of("echo", "it's\n"),
            ContainerSpec.HOME,
            Map.of("B", "2=2", "A", ""),
            new Limits(64, 64, 100, 64, 64),
            null,
            Egress.open());

    String[] words = new String(SlotInit.become(spec, 512), StandardCharsets.UTF_8).split("\0", -1);

    assertThat(words)
        .containsExactly("20000", "512", "2", "/home/vcap", "A=", "B=2=2", "echo", "it's\n", "go");
  }
}
