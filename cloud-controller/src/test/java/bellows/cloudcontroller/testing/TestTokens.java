package bellows.cloudcontroller.testing;

import bellows.http.Reply;
import bellows.http.Route;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** Plays UAA: signs tokens, and publishes its keys at {@code /token_keys}. */
public final class TestTokens {
  /** The first one serves all: to make one takes longer than most tests. */
  private static final RSAKey FIRST_KEY = newKey("key-1");

  private final List<RSAKey> published = new ArrayList<>();
  private RSAKey key = FIRST_KEY;

  public TestTokens() {
    published.add(key);
  }

  /** From now on tokens are signed with another key; the old one stays published. */
  public void rotate(String kid) {
    key = newKey(kid);
    published.add(key);
  }

  public Route tokenKeys() {
    return Route.get(
        "/token_keys",
        _ ->
            Reply.text(
                200,
                "application/json",
                new JWKSet(List.copyOf(published)).toPublicJWKSet().toString()));
  }

  public String admin() {
    return user("admin-guid", "admin", "cloud_controller.admin");
  }

  /** A token of a user without roles of its own. */
  public String user(String name) {
    return user(name + "-guid", name, "cloud_controller.read", "cloud_controller.write");
  }

  public String user(String guid, String name, String... scopes) {
    return sign(claims(guid, name, Instant.now().plus(Duration.ofMinutes(10)), scopes));
  }

  public JWTClaimsSet claims(String guid, String name, Instant expires, String... scopes) {
    return new JWTClaimsSet.Builder()
        .subject(guid)
        .claim("user_id", guid)
        .claim("user_name", name)
        .claim("email", name + "@example.com")
        .claim("origin", "uaa")
        .claim("scope", List.of(scopes))
        .claim("client_id", "cf")
        .expirationTime(Date.from(expires))
        .build();
  }

  public String sign(JWTClaimsSet claims) {
    return sign(claims, key);
  }

  /** Signed by a key that says it is ours but is not. */
  public String forge(JWTClaimsSet claims) {
    return sign(claims, newKey(key.getKeyID()));
  }

  private static String sign(JWTClaimsSet claims, RSAKey key) {
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
      jwt.sign(new RSASSASigner(key));
      return "bearer " + jwt.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static RSAKey newKey(String kid) {
    try {
      return new RSAKeyGenerator(2048).keyID(kid).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }
}
