package bellows.cloudcontroller.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.cloudcontroller.manifests.ManifestApp.ManifestProcess;
import bellows.http.CfError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManifestParserTest {
  @Test
  void readsWhatItMentionsAndNothingElse() {
    ManifestApp app = one("- name: shop");
    assertThat(app.name()).isEqualTo("shop");
    assertThat(app.buildpacks()).isNull();
    assertThat(app.routes()).isNull();
    assertThat(app.processes()).isEmpty();
  }

  @Test
  void whatStandsAtTheTopIsAboutWeb() {
    ManifestProcess web =
        one("""
        - name: shop
          memory: 1G
          disk_quota: 512MB
          instances: 3
          command: null
          health-check-type: none
          log-rate-limit-per-second: -1
        """)
            .processes()
            .getFirst();
    assertThat(web.type()).isEqualTo("web");
    assertThat(web.change().memoryMb()).isEqualTo(1024);
    assertThat(web.change().diskMb()).isEqualTo(512);
    assertThat(web.change().instances()).isEqualTo(3);
    assertThat(web.change().resetCommand()).isTrue();
    assertThat(web.change().logRate()).isEqualTo(-1);
    assertThat(web.change().healthCheck().type()).isEqualTo("process");
  }

  @Test
  void anEntryForWebWinsOverTheTop() {
    ManifestApp app =
        one("- {name: a, memory: 1G, processes: [{type: web, memory: 2G}, {type: worker}]}");
    assertThat(app.processes()).extracting(ManifestProcess::type).containsExactly("web", "worker");
    assertThat(app.processes().getFirst().change().memoryMb()).isEqualTo(2048);
  }

  @Test
  void defaultBuildpacksMeanDetect() {
    assertThat(one("- {name: a, buildpacks: [default]}").buildpacks()).isEmpty();
    assertThat(one("- {name: a, buildpack: null}").buildpacks()).isEmpty();
    assertThat(one("- {name: a, buildpack: node}").buildpacks()).containsExactly("node");
  }

  @Test
  void scalarsBecomeText() {
    assertThat(one("- {name: a, env: {N: 1, B: true, S: x}}").env())
        .containsEntry("N", "1")
        .containsEntry("B", "true")
        .containsEntry("S", "x");
  }

  @Test
  void tellsWhatIsWrongWithLabelsAboutSleep() {
    assertThatThrownBy(
            () -> one("- {name: a, metadata: {labels: {bellows.internal/sleep-after: 900}}}"))
        .isInstanceOf(CfError.class)
        .hasMessageContaining("bellows.internal/sleep-after must be never, or a duration");
  }

  @Test
  void onAndOffAreTextsInTheOptionsOfARoute() {
    Map<String, @Nullable String> options =
        routes(
                "[{route: a.example.com, options: {compression: on, rate_limit: off, loadbalancing: null}}]")
            .getFirst()
            .options();
    assertThat(options)
        .containsEntry("compression", "on")
        .containsEntry("rate_limit", "off")
        .containsEntry("loadbalancing", null);
  }

  @Test
  void saysWhatTheOptionsOfARouteCanBe() {
    assertThatThrownBy(
            () -> routes("[{route: a.example.com, options: {loadbalancing: sushi, color: red}}]"))
        .hasMessageContaining(
            "Cannot use loadbalancing value 'sushi' for Route 'a.example.com'; Valid values are:"
                + " 'round-robin, least-connection'")
        .hasMessageContaining(
            "Route 'a.example.com' contains invalid route option 'color'. Valid keys:"
                + " 'loadbalancing, rate_limit, compression'");
  }

  private static List<ManifestApp.ManifestRoute> routes(String routes) {
    return Objects.requireNonNull(one("- {name: a, routes: " + routes + "}").routes());
  }

  @Test
  void tellsAllFaultsTogether() {
    assertThatThrownBy(() ->
            parse(
                """
                applications:
                - name: a
                  memory: lots
                  instances: -1
                  env: {VCAP_X: 1}
                - memory: 1G
                - name: a
                """))
        .isInstanceOf(CfError.class)
        .hasMessageContaining("For application 'a': ")
        .hasMessageContaining("Process \"web\": memory must be")
        .hasMessageContaining("instances must be")
        .hasMessageContaining("VCAP_X")
        .hasMessageContaining("For application at index 1: name must be given")
        .hasMessageContaining("used twice");
  }

  @Test
  void refusesWhatIsNoManifest() {
    for (String text :
        List.of(
            "",
            "- a",
            "applications: &a [{name: x}]",
            "applications: [{name: *a}]",
            "a: 1\na: 2",
            "!!java.net.URL [http://x]",
            "{",
            "\u0000")) {
      assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(CfError.class);
    }
  }

  @Test
  void sizesHaveUnits() {
    assertThat(MemorySize.megabytes("1G")).contains(1024);
    assertThat(MemorySize.megabytes("1024kb")).contains(1);
    assertThat(MemorySize.megabytes("2 TB")).contains(2 << 20);
    assertThat(MemorySize.megabytes("1024")).isEmpty();
    assertThat(MemorySize.megabytes("0M")).isEmpty();
    assertThat(MemorySize.megabytes("100K")).isEmpty();
    assertThat(MemorySize.megabytes("999999999999T")).isEmpty();
    assertThat(MemorySize.megabytes("-1M")).isEmpty();
  }

  private static ManifestApp one(String applications) {
    return parse("applications:\n" + applications).getFirst();
  }

  private static List<ManifestApp> parse(String text) {
    return ManifestParser.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
