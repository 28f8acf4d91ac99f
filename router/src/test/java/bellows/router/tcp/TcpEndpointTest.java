package bellows.router.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.routing.RouterRegister;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TcpEndpointTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long ROUTERS_OWN = 120 * SECOND;

  private static TcpEndpoint endpoint(int port, String more) {
    String json = "{\"host\":\"127.0.0.1\",\"port\":" + port + ",\"uris\":[]" + more + "}";
    RouterRegister message = Json.read(json.getBytes(StandardCharsets.UTF_8), RouterRegister.class);
    return new TcpEndpoint(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), message, 0);
  }

  @Test
  void itsRegistrationMayOnlyShortenTheTimeAfterWhichItIsStale() {
    TcpEndpoint says = endpoint(1, ",\"stale_threshold_in_seconds\":10");
    assertThat(says.isStale(10 * SECOND, ROUTERS_OWN)).isFalse();
    assertThat(says.isStale(11 * SECOND, ROUTERS_OWN)).isTrue();
    TcpEndpoint wantsMore = endpoint(1, ",\"stale_threshold_in_seconds\":1000");
    assertThat(wantsMore.isStale(121 * SECOND, ROUTERS_OWN)).isTrue();
    TcpEndpoint wantsNothing = endpoint(1, ",\"stale_threshold_in_seconds\":0");
    assertThat(wantsNothing.isStale(120 * SECOND, ROUTERS_OWN)).isFalse();
    assertThat(endpoint(1, "").isStale(120 * SECOND, ROUTERS_OWN)).isFalse();
  }

  @Test
  void oneThatCouldNotBeDialledIsAskedLastForAWhile() {
    TcpEndpoint failed = endpoint(1, "");
    TcpEndpoint busy = endpoint(2, ",\"tags\":{\"state\":\"asleep\"}");
    busy.connections().set(5);
    assertThat(failed.isBefore(busy, 0)).isTrue();
    failed.failed(0);
    assertThat(failed.isBefore(busy, 29 * SECOND)).isFalse();
    assertThat(failed.isBefore(busy, 30 * SECOND)).isTrue();
    failed.failed(0);
    failed.works();
    assertThat(failed.isBefore(busy, 1)).isTrue();
  }
}
