package bellows.dea.environment;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class VariablesTest {
  private static Map<String, String> of(List<String> env, String... services) {
    StartInstance message =
        new StartInstance(
            new AppGuid("guid"),
            1,
            "shop",
            new AppVersion("v"),
            "debian",
            null,
            List.of("old.test"),
            null,
            null,
            new StartInstance.Limits(64, 128, 1024, null),
            env,
            List.of(services).stream().map(Json::tree).toList(),
            Map.of("space_name", "dev", "application_id", "given"),
            null,
            null,
            null,
            null,
            61_005,
            "process",
            "web",
            null,
            null);
    return Variables.ofInstance(
        message,
        new Variables.Facts(
            new InstanceId("instance"),
            "10.254.0.1",
            61_005,
            8080,
            Instant.parse("2030-01-02T03:04:05Z"),
            List.of("new.test")));
  }

  @Test
  void tellsAnAppWhereAndWhatItIs() {
    Map<String, String> env = of(List.of());
    assertThat(env)
        .containsEntry("HOME", "/home/vcap/app")
        .containsEntry("PORT", "8080")
        .containsEntry("MEMORY_LIMIT", "64m")
        .containsEntry("CF_INSTANCE_ADDR", "10.254.0.1:61005")
        .containsEntry("CF_INSTANCE_PORTS", "[{\"external\":61005,\"internal\":8080}]")
        .containsEntry("VCAP_SERVICES", "{}")
        .containsEntry("CF_PROCESS_TYPE", "web")
        .doesNotContainKey("DATABASE_URL");
    JsonNode application = Json.tree(env.getOrDefault("VCAP_APPLICATION", ""));
    assertThat(application.path("application_id").asString()).isEqualTo("given");
    assertThat(application.path("uris").toString()).isEqualTo("[\"new.test\"]");
    assertThat(application.path("started_at").asString()).isEqualTo("2030-01-02 03:04:05 +0000");
    assertThat(application.path("limits").path("mem").asInt()).isEqualTo(64);
    assertThat(application.path("instance_id").asString()).isEqualTo("instance");
  }

  @Test
  void takesTheUsersValuesAsTheyAre() {
    assertThat(of(List.of("A=$HOME \"x\"\n'y'", "LANG=fr", "=no", "nonsense", "B=a=b")))
        .containsEntry("A", "$HOME \"x\"\n'y'")
        .containsEntry("LANG", "fr")
        .containsEntry("B", "a=b")
        .doesNotContainKey("")
        .doesNotContainKey("nonsense");
  }

  @Test
  void findsTheDatabaseAmongTheServices() {
    Map<String, String> env =
        of(
            List.of(),
            "{\"label\":\"cache\",\"name\":\"c\",\"credentials\":{\"uri\":\"redis://h\"}}",
            "{\"label\":\"pg\",\"name\":\"d\",\"credentials\":{\"uri\":\"postgresql://u:p@h/d\"}}",
            "{\"name\":\"mine\",\"credentials\":{}}");
    assertThat(env).containsEntry("DATABASE_URL", "postgres://u:p@h/d");
    JsonNode services = Json.tree(env.getOrDefault("VCAP_SERVICES", ""));
    assertThat(services.propertyNames()).containsExactly("cache", "pg", "user-provided");
  }
}
