package bellows.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import bellows.base.json.Json;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.ids.DeaId;
import bellows.contracts.routing.RouterRegister;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** The form of every message on the wire, frozen: peers of other makes and ages read it. */
class WireFormTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  static Stream<String> names() {
    return GoldenMessages.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMessageIsWrittenAsItsGoldenFile(String name) {
    assertThat(Json.tree(Json.text(message(name)))).isEqualTo(golden(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMessageIsReadFromItsGoldenFile(String name) {
    assertThat(read(name, golden(name))).isEqualTo(message(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void unknownKeysAreIgnored(String name) {
    ObjectNode json = golden(name);
    json.put("unheard_of", 1);
    json.putObject("unheard_of_too").putArray("list").add("x");
    assertThat(read(name, json)).isEqualTo(message(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void nullIsAcceptedForEveryKeyAndMeansAbsent(String name) {
    for (String key : golden(name).propertyNames()) {
      ObjectNode withNull = golden(name);
      withNull.putNull(key);
      ObjectNode without = golden(name);
      without.remove(key);
      assertThatCode(() -> assertThat(read(name, withNull)).isEqualTo(read(name, without)))
          .as(name + " with " + key + " null")
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void integersAreWrittenAsIntegers(String name) {
    // A Go reader drops a whole message for 8080.0 or 1e3 where it expects an int.
    assertThat(Json.text(message(name)))
        .doesNotContainPattern("(port|index|seconds|memory|count|status)\":[^,}]*[.eE]");
  }

  @Test
  void everyGoldenFileHasItsMessage() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertThat(files.map(file -> file.getFileName().toString().replaceAll("\\.json$", "")))
          .containsExactlyInAnyOrderElementsOf(GoldenMessages.all().keySet());
    }
  }

  @Test
  void aListThatIsMissingIsReadAsEmpty() {
    assertThat(Json.read("{\"dea\":\"d\",\"droplets\":null}", DeaHeartbeat.class))
        .isEqualTo(new DeaHeartbeat(new DeaId("d"), List.of(), null));
    assertThat(Json.read("{\"host\":\"10.0.0.1\",\"port\":1}", RouterRegister.class).uris())
        .isEmpty();
  }

  private static Object message(String name) {
    return Objects.requireNonNull(GoldenMessages.all().get(name));
  }

  private static Object read(String name, ObjectNode json) {
    return Json.read(Json.text(json), message(name).getClass());
  }

  private static ObjectNode golden(String name) {
    try (InputStream file = Files.newInputStream(GOLDEN.resolve(name + ".json"))) {
      return (ObjectNode) Json.tree(new String(file.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
