package bellows.cloudcontroller.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.http.CfError;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldsTest {
  private static Fields of(String json) {
    return Fields.parse(json.getBytes(UTF_8));
  }

  private static void assertFault(Fields fields, String detail) {
    assertThatThrownBy(fields::done).isInstanceOf(CfError.class).hasMessage(detail);
  }

  @Test
  void refusesWhatIsNoJsonObject() {
    for (String body : new String[] {"{", "[]", "\"a\"", "{} x", "{\"a\":1,\"a\":2}"}) {
      assertThatThrownBy(() -> of(body))
          .isInstanceOfSatisfying(
              CfError.class,
              error -> assertThat(error.kind()).isEqualTo(CfError.Kind.MESSAGE_PARSE_ERROR));
    }
  }

  @Test
  void takesAnEmptyBodyForAnEmptyObject() {
    of("").done();
  }

  @Test
  void tellsEveryUnknownField() {
    Fields fields = of("{\"name\":\"x\",\"b\":1,\"data\":{\"c\":2}}");
    fields.text("name", 10);
    fields.object("data");
    assertFault(fields, "Unknown field(s): 'b', 'c'");
  }

  @Test
  void tellsAllFaultsAtOnce() {
    Fields fields = of("{\"name\":7,\"memory_in_mb\":0,\"enabled\":\"yes\"}");
    fields.requiredText("name", 10);
    fields.integer("memory_in_mb", 1, 10);
    fields.flag("enabled");
    assertFault(
        fields,
        "Name must be a string, Memory in mb must be greater than or equal to 1,"
            + " Enabled must be a boolean");
  }

  @Test
  void holdsTextsToTheirLimits() {
    Fields fields = of("{\"a\":\"12345\",\"b\":\" \",\"c\":\"\\u0000\"}");
    fields.text("a", 4);
    fields.requiredText("b", 4);
    fields.text("c", 4);
    fields.requiredText("d", 4);
    assertFault(
        fields,
        "A is too long (maximum is 4 characters), B can't be blank,"
            + " C must not contain NUL or half characters, D can't be blank");
  }

  @Test
  void refusesNumbersBeyondEveryRange() {
    Fields fields = of("{\"n\":99999999999999999999999,\"m\":1.5}");
    fields.number("n", 0, Integer.MAX_VALUE);
    fields.number("m", 0, 5);
    assertFault(fields, "N must be less than or equal to 2147483647, M must be an integer");
  }

  @Test
  void toleratesExplicitNulls() {
    Fields fields =
        of("{\"name\":null,\"options\":null,\"relationships\":{\"x\":{\"data\":null}}}");
    assertThat(fields.text("name", 5)).isEmpty();
    assertThat(fields.isNull("name")).isTrue();
    assertThat(fields.object("options")).isEmpty();
    assertThat(fields.relationship("x")).isEmpty();
    fields.done();
  }

  @Test
  void readsRelationships() {
    Fields fields = of("{\"relationships\":{\"space\":{\"data\":{\"guid\":\"s\"}}}}");
    assertThat(fields.requiredRelationship("space")).isEqualTo("s");
    fields.requiredRelationship("domain");
    assertFault(fields, "Relationships domain can't be blank");
  }

  @Test
  void readsMetadataWithItsDeletions() {
    Fields fields =
        of("{\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":null},\"annotations\":{\"c\":\"x y\"}}}");
    Metadata.Change change = fields.metadata();
    fields.done();
    assertThat(change.on(new Metadata(Map.of("b", "2"), Map.of())))
        .isEqualTo(new Metadata(Map.of("a", "1"), Map.of("c", "x y")));
  }

  @Test
  void refusesBadMetadata() {
    Fields fields =
        of(
            "{\"metadata\":{\"labels\":{\"-a\":\"1\",\"b\":\"x y\",\"cloudfoundry.org/c\":\"1\","
                + "\"d\":1}}}");
    fields.metadata();
    assertThatThrownBy(fields::done)
        .hasMessageContaining("label key '-a' is invalid")
        .hasMessageContaining("label key 'b' is invalid")
        .hasMessageContaining("reserved prefix")
        .hasMessageContaining("label key 'd' must be a string");
  }
}
