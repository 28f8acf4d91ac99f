package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.cloudcontroller.environment.AppFacts;
import bellows.cloudcontroller.environment.VcapApplication;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.contracts.dea.StartInstance.HealthCheck;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.routing.UriOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StartMessagesTest {
  @Test
  void saysAllThatADeaNeeds() throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("COLOR", "blue");
    variables.put("SHAPE", "round");
    StartFacts facts =
        new StartFacts(
            new Placement(
                new PlacementId("placement-1"),
                new AppGuid("app-1"),
                new ProcessGuid("process-1"),
                1,
                "host-1",
                "10.254.0.1",
                20_001,
                new AppVersion("version-1"),
                256,
                1024),
            new AppFacts(
                "app-1",
                "shop",
                "space-1",
                "dev",
                "org-1",
                "acme",
                List.of("shop.example.com", "example.com/shop")),
            Map.of(
                "example.com/shop",
                new UriOptions(
                    new RouterRegister.Options("least-connection", "100/m", null),
                    "https://guard.example.com")),
            "droplet-1",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "debian",
            "web",
            variables,
            "node app.js",
            1_048_576,
            60,
            new HealthCheck("http", "/health", 2, null),
            SleepPolicy.DEFAULT);
    StartMessages messages =
        new StartMessages(
            new VcapApplication("https://api.example.com"),
            guid -> "http://127.0.0.1:8081/blobs/droplets/" + guid);
    String written =
        Json.MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(messages.message(facts, Map.of("HTTP_PROXY", "none"), false));
    assertThat(Json.tree(written)).isEqualTo(Json.tree(golden("start-instance.json")));
  }

  private static String golden(String name) throws IOException {
    try (InputStream file = StartMessagesTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
