package bellows.router.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactTextsTest {
  private static final String GUID = "0f8fad5b-d9cb-469f-a165-70867728950e";

  private static byte[] bytes(String... texts) {
    CompactTexts compact = new CompactTexts();
    for (String text : texts) {
      compact.add(text);
    }
    return compact.toBytes();
  }

  @Test
  void givesBackWhatItWasGiven() {
    List<String> texts =
        List.of(
            GUID,
            "",
            "0",
            "web",
            GUID.toUpperCase(Locale.ROOT),
            GUID.replace('-', 'a'),
            "0123456789abcdef".repeat(4),
            "0123456789abcdef".repeat(9),
            "0123456789ABCDEF",
            "0123456789abcde",
            "\u00e4\u20ac",
            "x".repeat(127),
            "x".repeat(128),
            "x".repeat(70_000),
            "end");
    assertThat(CompactTexts.read(bytes(texts.toArray(String[]::new)))).isEqualTo(texts);
  }

  @Test
  void keepsIdsAsTheirBits() {
    assertThat(bytes(GUID)).hasSize(17);
    assertThat(bytes("0123456789abcdef".repeat(4))).hasSize(33);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "app", GUID, "0123456789abcdef0123"})
  void comparesTheFirstText(String first) {
    byte[] left = bytes(first, "left");
    assertThat(CompactTexts.haveSameFirst(left, bytes(first, "right", "more"))).isTrue();
    assertThat(CompactTexts.haveSameFirst(left, bytes(first + "x", "left"))).isFalse();
    assertThat(CompactTexts.haveSameFirst(left, bytes("y".repeat(200), "left"))).isFalse();
  }
}
