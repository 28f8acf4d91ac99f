package bellows.router.routeservices;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundAddressesTest {
  private static boolean permitted(String address, String... allowed) throws UnknownHostException {
    return new OutboundAddresses(List.of(allowed)).permits(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.255.255",
        "192.168.1.1",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void refusesWhatIsNotPublic(String address) throws UnknownHostException {
    assertThat(permitted(address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "8.8.8.8", "172.32.0.1", "2001:db8::1", "2a00:1450::1"})
  void permitsWhatIs(String address) throws UnknownHostException {
    assertThat(permitted(address)).isTrue();
  }

  @Test
  void permitsWhatTheOperatorAllows() throws UnknownHostException {
    assertThat(permitted("10.1.2.3", "10.1.0.0/16")).isTrue();
    assertThat(permitted("10.2.2.3", "10.1.0.0/16")).isFalse();
    assertThat(permitted("fd00::1", "10.1.0.0/16", "fd00::/64")).isTrue();
  }
}
