package bellows.warden.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import org.junit.jupiter.api.Test;

class AddressPoolTest {
  private final AddressPool pool = new AddressPool(Ipv4Range.parse("10.0.0.0/29"));

  @Test
  void handsOutEachAddressOnceButTheNetworksAndTheBridges() {
    for (int last = 2; last < 7; last++) {
      assertThat(pool.take()).isEqualTo("10.0.0." + last);
    }
    assertThatThrownBy(pool::take)
        .isInstanceOfSatisfying(
            WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.NO_ADDRESS_FREE));
  }

  @Test
  void letsAnAddressRestAfterItsUse() {
    pool.release(pool.take());

    assertThat(pool.take()).isEqualTo("10.0.0.3");
  }

  @Test
  void keepsAdoptedAddresses() {
    pool.adopt("10.0.0.5");

    assertThat(pool.take()).isEqualTo("10.0.0.6");
    assertThat(pool.take()).isEqualTo("10.0.0.2");
    assertThat(pool.take()).isEqualTo("10.0.0.3");
    assertThat(pool.take()).isEqualTo("10.0.0.4");
    assertThatThrownBy(pool::take).isInstanceOf(WardenException.class);
  }
}
