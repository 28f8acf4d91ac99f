package bellows.base.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

class JsonTest {
  record Note(@Nullable String text, int number, @Nullable Instant at) {}

  private static final Note NOTE = new Note("grüße", 7, Instant.parse("2030-01-01T00:00:00Z"));

  @Test
  void aRecordIsWrittenByComponent() {
    assertThat(Json.text(NOTE))
        .isEqualTo("{\"text\":\"grüße\",\"number\":7,\"at\":\"2030-01-01T00:00:00Z\"}");
    assertThat(Json.text(new Note(null, 0, null)))
        .isEqualTo("{\"text\":null,\"number\":0,\"at\":null}");
  }

  @Test
  void aRecordIsReadBack() {
    assertThat(Json.read(Json.text(NOTE), Note.class)).isEqualTo(NOTE);
    assertThat(Json.read(Json.bytes(NOTE), Note.class)).isEqualTo(NOTE);
    assertThat(Json.read("[" + Json.text(NOTE) + "]", new TypeReference<List<Note>>() {}))
        .containsExactly(NOTE);
  }

  @Test
  void whatIsAbsentNullOrUnknownIsNoError() {
    assertThat(Json.read("{}", Note.class)).isEqualTo(new Note(null, 0, null));
    assertThat(Json.read("{\"number\":null,\"x\":[1]}", Note.class))
        .isEqualTo(new Note(null, 0, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"number\":1} x",
        "{\"number\":1}{}",
        "{\"number\":1,\"number\":2}",
        "{\"number\":\"many\"}",
        "{\"number\":99999999999}",
        "[]",
        "{'number':1}"
      })
  void whatIsWrongIsRefused(String json) {
    assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> Json.read(json, Note.class));
    assertThatExceptionOfType(JacksonException.class)
        .isThrownBy(() -> Json.read(json.getBytes(UTF_8), Note.class));
  }

  @Test
  void aNestThatIsTooDeepDoesNotOverflowTheStack() {
    assertThatExceptionOfType(JacksonException.class)
        .isThrownBy(() -> Json.tree("[".repeat(100_000)));
  }
}
