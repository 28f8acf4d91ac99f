package bellows.router.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-05-01T00:00:00Z");
  private static final Set<String> NAMES = Set.of("apps.test", "*.apps.test");

  @TempDir Path directory;
  private Path certificate;
  private Path key;

  @BeforeEach
  void files() {
    certificate = directory.resolve("one.pem");
    key = directory.resolve("one.key");
  }

  private DevelopmentAuthority authority() {
    return DevelopmentAuthority.at(
        directory.resolve("ca.pem"), directory.resolve("ca.key"), "test", NOW);
  }

  private X509Certificate issued() throws IOException {
    return PemFiles.certificates(Files.readString(certificate)).getFirst();
  }

  @Test
  void staysTheSameOnceItIsMade() {
    assertThat(authority().certificate()).isEqualTo(authority().certificate());
  }

  @Test
  void showsItsKeysToTheOwnerOnly() throws IOException {
    authority().keep(certificate, key, NAMES, NOW);
    for (Path secret : new Path[] {key, directory.resolve("ca.key")}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void issuesOnlyWhatIsNotThere() throws IOException {
    authority().keep(certificate, key, NAMES, NOW);
    X509Certificate first = issued();
    authority().keep(certificate, key, NAMES, NOW.plus(Duration.ofDays(300)));
    assertThat(issued()).isEqualTo(first);
  }

  @Test
  void issuesAnewBeforeTheEnd() throws IOException, GeneralSecurityException {
    authority().keep(certificate, key, NAMES, NOW);
    Instant later = NOW.plus(Duration.ofDays(380));
    authority().keep(certificate, key, NAMES, later);
    assertThat(issued().getNotAfter().toInstant()).isAfter(later.plus(Duration.ofDays(365)));
    issued().verify(PemFiles.certificates(authority().certificate()).getFirst().getPublicKey());
  }

  @Test
  void issuesAnewForOtherNames() throws IOException {
    authority().keep(certificate, key, NAMES, NOW);
    authority().keep(certificate, key, Set.of("other.test"), NOW);
    assertThat(CertificateNames.of(issued())).containsExactly("other.test");
  }

  @Test
  void issuesAnewWhatWasCutShort() throws IOException {
    authority().keep(certificate, key, NAMES, NOW);
    Files.writeString(key, "");
    authority().keep(certificate, key, NAMES, NOW);
    assertThat(PemFiles.belongTogether(PemFiles.privateKey(Files.readString(key)), issued()))
        .isTrue();
  }
}
