package bellows.warden.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class NameServersTest {
  @Test
  void takesTheHostsFileAsItIs() {
    String host = "search example.org\nnameserver 192.0.2.53\noptions ndots:2\n";

    assertThat(NameServers.of(host, "", Set.of())).isEqualTo(new NameServers(host, Set.of()));
  }

  @Test
  void leavesOutServersOnLoopback() {
    assertThat(
            NameServers.of("# made\nnameserver 127.0.0.1\nnameserver 192.0.2.53\n", "", Set.of())
                .resolvConf())
        .isEqualTo("nameserver 192.0.2.53\n");
  }

  @Test
  void asksWhomALocalResolverAsks() {
    assertThat(
            NameServers.of("nameserver 127.0.0.53\n", "nameserver 198.51.100.1\n", Set.of())
                .resolvConf())
        .isEqualTo("nameserver 198.51.100.1\n");
  }

  @Test
  void namesThoseThatAreThisHost() {
    assertThat(
            NameServers.of("nameserver 192.0.2.2\nnameserver 192.0.2.3\n", "", Set.of("192.0.2.2"))
                .onThisHost())
        .containsExactly("192.0.2.2");
  }

  @Test
  void livesWithAnEmptyFile() {
    assertThat(NameServers.of("nameserver\n", "", Set.of()))
        .isEqualTo(new NameServers("", Set.of()));
  }
}
