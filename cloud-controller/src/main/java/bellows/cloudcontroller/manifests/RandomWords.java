package bellows.cloudcontroller.manifests;

import java.util.List;

/** Host names for {@code random-route} that a person can read out. */
final class RandomWords {
  private static final List<String> ADJECTIVES =
      List.of(
          "amber", "bold", "brave", "bright", "calm", "clear", "cool", "copper", "crisp", "eager",
          "early", "fair", "fond", "gentle", "glad", "golden", "grand", "green", "happy", "jolly",
          "keen", "kind", "lively", "lucky", "mellow", "merry", "neat", "noble", "quick", "quiet",
          "silver", "swift");
  private static final List<String> NOUNS =
      List.of(
          "anvil", "badger", "birch", "brook", "cedar", "cloud", "comet", "coral", "crane", "dune",
          "ember", "falcon", "fern", "finch", "forge", "glade", "harbor", "heron", "lark", "maple",
          "meadow", "otter", "pebble", "pine", "raven", "reef", "river", "robin", "spark",
          "thistle", "willow", "wren");
  private static final int LETTERS = 26;

  private RandomWords() {}

  /**
   * {@code adjective-noun-xy}
   *
   * @param random four bytes
   */
  static String pair(byte[] random) {
    return ADJECTIVES.get(Byte.toUnsignedInt(random[0]) % ADJECTIVES.size())
        + "-"
        + NOUNS.get(Byte.toUnsignedInt(random[1]) % NOUNS.size())
        + "-"
        + letter(random[2])
        + letter(random[3]);
  }

  private static char letter(byte random) {
    return (char) ('a' + Byte.toUnsignedInt(random) % LETTERS);
  }
}
