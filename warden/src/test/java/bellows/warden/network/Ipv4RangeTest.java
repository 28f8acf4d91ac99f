package bellows.warden.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4RangeTest {
  @Test
  void countsItsAddresses() {
    Ipv4Range range = Ipv4Range.parse("10.254.7.9/16");

    assertThat(range).hasToString("10.254.0.0/16");
    assertThat(range.host(1)).isEqualTo("10.254.0.1");
    assertThat(range.host(300)).isEqualTo("10.254.1.44");
    assertThat(range.last()).isEqualTo("10.254.255.255");
    assertThat(range.size()).isEqualTo(65_536);
  }

  @Test
  void coversEverythingAndOne() {
    assertThat(Ipv4Range.parse("0.0.0.0/0").last()).isEqualTo("255.255.255.255");
    assertThat(Ipv4Range.parse("192.0.2.1")).hasToString("192.0.2.1/32");
  }

  @Test
  void dropsRangesWithinOthers() {
    assertThat(
            Ipv4Range.withoutOverlaps(
                Stream.of("10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "192.0.2.1")
                    .map(Ipv4Range::parse)
                    .toList()))
        .isEqualTo(List.of(Ipv4Range.parse("10.0.0.0/8"), Ipv4Range.parse("192.0.2.1")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0", "10.0.0.256", "10.0.0.0/33", "a.b.c.d", "10.0.0.-1", ""})
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> Ipv4Range.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
