package bellows.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouteGrants.Grant;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RouteGrantsTest {
  /** NATS' own default. */
  private static final int LONGEST_MESSAGE = 1 << 20;

  private static final List<Grant> GRANTS =
      IntStream.range(0, 5_001)
          .mapToObj(i ->
              new Grant(
                  "9c1d3e6e-6f0c-4b52-9d3c-0000000" + i,
                  List.of("app-" + i + ".apps.example.org", "www.customer-" + i + ".example.org"),
                  List.of("10.254.0.1:61001", "10.254.0.2:61001")))
          .toList();

  @Test
  void whateverIsToldFitsIntoMessages() {
    for (List<RouteGrants> messages :
        List.of(RouteGrants.news(GRANTS), RouteGrants.all(1, GRANTS))) {
      assertThat(messages.stream().flatMap(each -> each.grants().stream()))
          .containsExactlyElementsOf(GRANTS);
      assertThat(messages)
          .allSatisfy(each -> assertThat(Json.bytes(each).length).isLessThan(LONGEST_MESSAGE));
    }
  }

  @Test
  void anAppWithTooManyRoutesIsAlone() {
    String longest = "a".repeat(63) + "." + "b".repeat(189) + "/" + "c".repeat(127);
    Grant most = new Grant("most", Collections.nCopies(1_000, longest), List.of());
    Grant tooMuch = new Grant("too much", Collections.nCopies(5_000, longest), List.of());
    Grant small = GRANTS.getFirst();
    assertThat(RouteGrants.all(1, List.of(small, most, most, small, tooMuch, small)))
        .extracting(RouteGrants::grants)
        .containsExactly(
            List.of(small, most), List.of(most, small), List.of(tooMuch), List.of(small));
  }

  @Test
  void nobodyAtAllIsTold() {
    assertThat(RouteGrants.all(1, List.of())).containsExactly(new RouteGrants(1L, 1, List.of()));
  }

  @Test
  void onlyAListOfAllSaysHowManyPartsItHas() {
    assertThat(RouteGrants.news(GRANTS)).allSatisfy(each -> assertThat(each.parts()).isNull());
    assertThat(RouteGrants.all(7, GRANTS))
        .hasSizeGreaterThan(1)
        .allSatisfy(each -> {
          assertThat(each.parts()).isEqualTo(RouteGrants.all(7, GRANTS).size());
          assertThat(each.round()).isEqualTo(7);
        });
  }
}
