package bellows.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouteUris;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteUrisTest {
  private static final List<String> URIS =
      List.of(
          "shop.example.org",
          "tcp.example.org:1024",
          "example.org/at:1025",
          "*.example.org",
          "other.example.org:1024",
          "example.org:65536",
          "example.org:ssh",
          RouteUris.tcp("tcp.example.org", 1026));

  @Test
  void tellsTcpRoutesFromPathsWithColons() {
    assertThat(RouteUris.tcpPorts(URIS)).containsExactly(1024, 1026);
    assertThat(RouteUris.http(URIS))
        .containsExactly(
            "shop.example.org",
            "example.org/at:1025",
            "*.example.org",
            "example.org:65536",
            "example.org:ssh");
  }
}
