package bellows.cloudcontroller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.testing.TestTokens;
import bellows.http.CfError;
import bellows.http.HttpServer;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
  private final TestTokens tokens = new TestTokens();
  private final SystemScheduler scheduler = new SystemScheduler();
  private final HttpServer uaa =
      new HttpServer(new HttpServer.Config("127.0.0.1", 0), List.of(tokens.tokenKeys()));
  private TokenVerifier verifier;

  @BeforeEach
  void start() {
    uaa.start();
    verifier =
        new TokenVerifier(
            new TokenVerifier.Config(URI.create("http://127.0.0.1:" + uaa.port() + "/token_keys")),
            scheduler);
  }

  @AfterEach
  void close() {
    uaa.close();
    scheduler.close();
  }

  private void assertRefused(String authorization) {
    assertThatThrownBy(() -> verifier.verify(Optional.of(authorization)))
        .isInstanceOfSatisfying(
            CfError.class,
            error -> assertThat(error.kind()).isEqualTo(CfError.Kind.INVALID_AUTH_TOKEN));
  }

  private JWTClaimsSet claims(Duration left) {
    return tokens.claims("g", "bob", Instant.now().plus(left), "cloud_controller.read");
  }

  @Test
  void tellsWhoCalls() {
    Caller caller = verifier.verify(Optional.of(tokens.user("bob")));
    assertThat(caller.guid()).isEqualTo("bob-guid");
    assertThat(caller.name()).isEqualTo("bob");
    assertThat(caller.email()).isEqualTo("bob@example.com");
    assertThat(caller.isAdmin()).isFalse();
    assertThat(caller.mayWrite()).isTrue();
  }

  @Test
  void takesAClientsAuthorities() {
    String token =
        tokens.sign(
            new JWTClaimsSet.Builder()
                .claim("client_id", "ci")
                .claim("authorities", List.of("cloud_controller.admin"))
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .build());
    Caller caller = verifier.verify(Optional.of(token));
    assertThat(caller.guid()).isEqualTo("ci");
    assertThat(caller.isAdmin()).isTrue();
  }

  @Test
  void wantsAToken() {
    assertThatThrownBy(() -> verifier.verify(Optional.empty()))
        .isInstanceOf(CfError.class)
        .hasMessage("Authentication error");
  }

  @Test
  void refusesWhatUaaDidNotSign() {
    assertRefused("bearer x.y.z");
    assertRefused("Basic YTpi");
    assertRefused(tokens.forge(claims(Duration.ofMinutes(1))));
    assertRefused("bearer " + new PlainJWT(claims(Duration.ofMinutes(1))).serialize());
  }

  @Test
  void toleratesAMinuteOfClockSkewAndNoMore() {
    verifier.verify(Optional.of(tokens.sign(claims(Duration.ofSeconds(-50)))));
    assertRefused(tokens.sign(claims(Duration.ofSeconds(-70))));
  }

  @Test
  void learnsANewKey() {
    verifier.verify(Optional.of(tokens.user("bob")));
    tokens.rotate("key-2");
    String fresh = tokens.user("bob");
    // Not at once: unknown keys must not make a storm of questions to UAA.
    Eventually.until("the new key is known", () -> accepted(fresh));
  }

  @Test
  void keepsKnownKeysWhileUaaIsAway() {
    verifier.verify(Optional.of(tokens.user("bob")));
    uaa.close();
    assertThat(verifier.verify(Optional.of(tokens.user("ann"))).name()).isEqualTo("ann");
  }

  private boolean accepted(String token) {
    try {
      verifier.verify(Optional.of(token));
      return true;
    } catch (CfError e) {
      return false;
    }
  }
}
