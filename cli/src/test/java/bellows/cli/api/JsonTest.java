package bellows.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesWhatItRead() {
    String text = "{\"a\":[1,2.5,true,null,\"x\\n\"],\"b\":{\"c\":{}}}";
    assertThat(Json.parse(text).write()).isEqualTo(text);
  }

  @Test
  void forgivesWhatIsNotThere() {
    Json json = Json.parse("{\"a\":{\"b\":null}}");
    assertThat(json.text("a", "b", "c")).isEmpty();
    assertThat(json.items("x")).isEmpty();
    assertThat(json.number("a")).isZero();
    assertThat(json.at("a", "b").present()).isFalse();
    assertThat(json.time("a")).isEmpty();
  }

  @Test
  void printsPrettily() {
    Json json = Json.object("a", List.of(Json.object("b", 1)), "c", List.of(), "d", null);
    assertThat(json.pretty())
        .isEqualTo(
            """
            {
              "a": [
                {
                  "b": 1
                }
              ],
              "c": [],
              "d": null
            }\
            """);
  }

  @Test
  void saysWhenATextIsNoJson() {
    assertThat(Json.tryParse("<html>")).isEmpty();
    assertThat(Json.tryParse("{\"a\":")).isEmpty();
  }

  @Test
  void hidesSecretsInATrace() {
    assertThat(
            Trace.redact(
                "{\"access_token\":\"abc\",\"password\": \"a\\\"b\",\"oldPassword\":\"x\",\"name\":\"n\"}"))
        .isEqualTo(
            "{\"access_token\":\"[PRIVATE DATA HIDDEN]\",\"password\": \"[PRIVATE DATA HIDDEN]\","
                + "\"oldPassword\":\"[PRIVATE DATA HIDDEN]\",\"name\":\"n\"}");
  }
}
