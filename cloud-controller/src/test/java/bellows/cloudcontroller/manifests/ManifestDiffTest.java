package bellows.cloudcontroller.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestDiffTest {
  private static final String CURRENT =
      """
      name: shop
      env: {A_B: "1"}
      stack: debian
      routes: [{route: shop.example.com, protocol: http1}]
      processes:
      - {type: web, instances: 1, memory: 1024M}
      """;

  @Test
  void onlyWhatIsSentIsCompared() {
    assertThat(diff("name: shop", CURRENT)).isEmpty();
    assertThat(diff("{name: shop, memory: 1G, env: {A_B: 1}}", CURRENT)).isEmpty();
  }

  @Test
  void showsWhatIsReplacedAndWhatItWas() {
    assertThat(diff("{name: shop, processes: [{type: web, instances: 2}]}", CURRENT))
        .containsExactly(
            Map.of(
                "op",
                "replace",
                "path",
                "/applications/0/processes/0/instances",
                "was",
                1,
                "value",
                2));
  }

  @Test
  void listsAreMatchedByName() {
    assertThat(diff("routes: [{route: new.example.com}, {route: shop.example.com}]", CURRENT))
        .containsExactly(
            Map.of(
                "op",
                "add",
                "path",
                "/applications/0/routes/0",
                "value",
                Map.of("route", "new.example.com")));
  }

  @Test
  void everythingOfANewAppIsAdded() {
    assertThat(diff("{name: new, memory: 1G, default-route: true}", "{}"))
        .extracting(change -> change.get("path"))
        .containsExactly("/applications/0/name", "/applications/0/memory");
  }

  private static List<Map<String, Object>> diff(String sent, String current) {
    return ManifestDiff.of(yaml(sent), yaml(current), 0);
  }

  private static Map<String, Object> yaml(String text) {
    return ManifestYaml.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
