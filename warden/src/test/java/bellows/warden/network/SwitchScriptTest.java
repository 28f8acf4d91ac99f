package bellows.warden.network;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.PortMapping;
import bellows.warden.Traffic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SwitchScriptTest {
  private final SwitchScript script =
      new SwitchScript(
          "bellows",
          "bellows0",
          Ipv4Range.parse("10.254.0.0/16"),
          "10.254.0.1",
          62_000,
          Set.of("192.0.2.2"));
  private final Attachment web =
      new Attachment(
          "10.254.0.2",
          "bellows-0002",
          "bellows-web-0",
          new PortMapping(61_000, 8080),
          List.of("10.0.0.0/8", "10.1.0.0/16"));
  private final Attachment worker =
      new Attachment("10.254.0.3", "bellows-0003", "bellows-worker-0", null, List.of());

  @Test
  void changesOneContainerAtATime() {
    assertThat(script.deny(web))
        .isEqualTo("add element ip bellows denied { 10.254.0.2 . 10.0.0.0-10.255.255.255 }\n");
    assertThat(script.allow(web))
        .isEqualTo("delete element ip bellows denied { 10.254.0.2 . 10.0.0.0-10.255.255.255 }\n");
    assertThat(script.deny(worker)).isEmpty();
  }

  @Test
  void writesEveryContainerIntoTheWhole() {
    assertThat(
            script.whole(List.of(web, worker), List.of(web), Map.of(61_000, new Traffic(3, 180))))
        .contains(
            "elements = { 61000 : 10.254.0.2 . 8080 }",
            "elements = { 10.254.0.2 . 8080 }",
            "elements = { 61000 counter packets 3 bytes 180 }",
            "ct direction original ct mark set ct mark | 0x10000000",
            "ct mark set ct mark & 0xefffffff",
            "tcp dport @ports redirect to :62000",
            "elements = { 10.254.0.2 . 10.0.0.0-10.255.255.255 }",
            "elements = { \"bellows-0002\" . 10.254.0.2, \"bellows-0003\" . 10.254.0.3 }",
            "ip daddr 192.0.2.2 meta l4proto { tcp, udp } th dport 53 accept")
        .doesNotContainPattern("[A-Z]{4,}");
  }
}
