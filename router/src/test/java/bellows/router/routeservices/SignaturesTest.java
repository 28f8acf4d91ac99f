package bellows.router.routeservices;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
  private static final String URL = "https://app.example.org/p?q=1";
  private static final Instant NOW = Instant.parse("2026-01-02T02:04:05.123456789Z");

  /** Made by another implementation (Python's hashlib and cryptography) as gorouter's form says. */
  private static final String SIGNATURE =
      "cKiKExItFDYfZXBxmuHNNE5tfvAVR90Y0KiBcYWtG6rm7eVYrDixWre1ZnHUoz04kouV9u"
          + "zag2Ww4l30LcMAsuSxUyM8PQ2KCkLlNWUOjauyE5uglrka2pqxammzAyh3vrcS3cqb8qYu"
          + "slH2h0ZxjQTozY9V6_x1";

  private static final String METADATA = "eyJub25jZSI6IkFBRUNBd1FGQmdjSUNRb0wifQ==";

  private final Signatures signatures =
      new Signatures("a secret of routers", null, Duration.ofSeconds(60));

  @Test
  void readsWhatAnotherRouterHasSigned() {
    assertThat(signatures.read(SIGNATURE, METADATA, NOW.plusSeconds(59)))
        .contains(new Signatures.Claim(URL, false));
    assertThat(signatures.read(SIGNATURE, METADATA, NOW.plusSeconds(61)))
        .contains(new Signatures.Claim(URL, true));
    assertThat(signatures.read(SIGNATURE, METADATA, NOW.minusSeconds(61)))
        .contains(new Signatures.Claim(URL, true));
  }

  @Test
  void readsWhatItHasSignedItself() {
    Signatures.Signed signed = signatures.sign(URL, NOW);
    assertThat(signatures.read(signed.signature(), signed.metadata(), NOW))
        .contains(new Signatures.Claim(URL, false));
    assertThat(signatures.sign(URL, NOW)).isNotEqualTo(signed);
  }

  @Test
  void readsThePreviousSecretToo() {
    Signatures next = new Signatures("the next secret", "a secret of routers", Duration.ofHours(1));
    assertThat(next.read(SIGNATURE, METADATA, NOW)).isPresent();
    Signatures.Signed signed = next.sign(URL, NOW);
    assertThat(next.read(signed.signature(), signed.metadata(), NOW)).isPresent();
    assertThat(signatures.read(signed.signature(), signed.metadata(), NOW)).isEmpty();
  }

  @Test
  void readsNothingThatWasChanged() {
    byte[] sealed = Base64.getUrlDecoder().decode(SIGNATURE);
    for (int i = 0; i < sealed.length; i += 7) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThat(signatures.read(Base64.getUrlEncoder().encodeToString(changed), METADATA, NOW))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "%%",
        "null",
        "{}",
        "[]",
        "7",
        "{\"nonce\":null}",
        "{\"nonce\":\"AAAA\"}",
        "{\"nonce\":{}}"
      })
  void readsNoNonsense(String metadata) {
    String encoded =
        Base64.getUrlEncoder().encodeToString(metadata.getBytes(StandardCharsets.UTF_8));
    assertThat(signatures.read(SIGNATURE, metadata, NOW)).isEmpty();
    assertThat(signatures.read(SIGNATURE, encoded, NOW)).isEmpty();
    assertThat(signatures.read(metadata, METADATA, NOW)).isEmpty();
    assertThat(signatures.read(encoded, METADATA, NOW)).isEmpty();
  }
}
