package bellows.router.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnAddressesTest {
  @Test
  void areTheOneThatItListensOnOrAllOfThem() {
    assertThat(OwnAddresses.of("192.0.2.7")).containsExactly("192.0.2.7");
    assertThat(OwnAddresses.of("0.0.0.0"))
        .allMatch(address -> address.matches("[0-9.]+"))
        .noneMatch(address -> address.startsWith("127.") || address.equals("0.0.0.0"));
  }
}
