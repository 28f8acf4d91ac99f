package bellows.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  @TempDir Path directory;

  private Manifest read(String text, Variables variables) throws IOException {
    return Manifest.read(Files.writeString(directory.resolve("manifest.yml"), text), variables);
  }

  @Test
  void aVariableAloneKeepsItsType() throws IOException {
    Variables variables = new Variables();
    variables.put("count", 3);
    variables.put("domain", Map.of("name", "example.com"));
    Manifest manifest =
        read(
            """
            applications:
            - name: shop
              instances: ((count))
              routes: [{route: "shop-((count)).((domain.name))"}]
            """,
            variables);
    assertThat(manifest.apps().getFirst().attributes())
        .containsEntry("instances", 3)
        .containsEntry("routes", List.of(Map.of("route", "shop-3.example.com")));
  }

  @Test
  void thePathIsRelativeToTheManifest() throws IOException {
    Manifest manifest = read("applications: [{name: a, path: sub/../app}]", new Variables());
    assertThat(manifest.source(manifest.apps().getFirst())).isEqualTo(directory.resolve("app"));
  }

  @Test
  void routesOfItsOwnTakeThePlaceOfTheDefaultRoute() throws IOException {
    assertThat(read("applications: [{name: a}]", new Variables()).toYaml())
        .contains("default-route: true");
    assertThat(read("applications: [{name: a, no-route: true}]", new Variables()).toYaml())
        .doesNotContain("default-route");
    assertThat(read("applications: [{name: a, routes: []}]", new Variables()).toYaml())
        .doesNotContain("default-route");
    assertThat(read("applications: [{name: a, random_route: true}]", new Variables()).toYaml())
        .doesNotContain("default-route");
  }

  @Test
  void aNamePicksOneOfSeveralApps() throws IOException {
    Manifest manifest = read("applications: [{name: a}, {name: b}]", new Variables());
    assertThat(manifest.choose("b").apps()).extracting(Manifest.App::name).containsExactly("b");
    assertThatThrownBy(() -> manifest.choose("c"))
        .hasMessageContaining("Could not find app named 'c'");
  }

  @Test
  void aNameRenamesTheOnlyApp() throws IOException {
    Manifest manifest = read("applications: [{name: a, memory: 64M}]", new Variables());
    assertThat(manifest.choose("b").apps().getFirst().attributes())
        .containsEntry("name", "b")
        .containsEntry("memory", "64M");
  }

  @Test
  void saysWhereTheTextIsBroken() {
    assertThatThrownBy(() -> read("applications:\n- name: a\n  env: {A: [", new Variables()))
        .hasMessageContaining("Cannot parse")
        .hasMessageContaining("line");
  }

  @Test
  void refusesWhatIsNoManifest() {
    assertThatThrownBy(() -> read("name: a", new Variables()))
        .hasMessageContaining("'applications'");
    assertThatThrownBy(() -> read("applications: [{name: a}, {name: a}]", new Variables()))
        .hasMessageContaining("comes twice");
    assertThatThrownBy(() -> read("applications: [a]", new Variables()))
        .hasMessageContaining("map of attributes");
  }

  @Test
  void aTagOfAJavaClassMakesNoObject() {
    assertThatThrownBy(
            () -> read("applications: [!!java.net.URL [http://example.com]]", new Variables()))
        .hasMessageContaining("Cannot parse");
  }
}
