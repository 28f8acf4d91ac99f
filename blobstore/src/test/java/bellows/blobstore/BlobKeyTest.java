package bellows.blobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobKeyTest {
  @Test
  void aKeyIsPrintedAsAPath() {
    assertThat(new BlobKey("build-caches", "A-1_b.tgz")).hasToString("build-caches/A-1_b.tgz");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", ".hidden", "a/b", "../a", "a b", "a\n", "ü", "a%2f", "a\0"})
  void whatCouldLeadElsewhereIsNoName(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> new BlobKey("droplets", name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".unfinished", "a/b", "Droplets", "a.b", "-a"})
  void whatCouldLeadElsewhereIsNoFolder(String folder) {
    assertThatIllegalArgumentException().isThrownBy(() -> new BlobKey(folder, "a"));
  }

  @Test
  void aNameIsBounded() {
    assertThatIllegalArgumentException().isThrownBy(() -> new BlobKey("droplets", "n".repeat(201)));
  }
}
