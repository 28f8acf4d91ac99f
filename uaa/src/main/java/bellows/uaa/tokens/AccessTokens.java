package bellows.uaa.tokens;

import bellows.base.ids.Ids;
import bellows.base.time.Scheduler;
import bellows.uaa.clients.Client;
import bellows.uaa.keys.SigningKey;
import bellows.uaa.keys.SigningKeys;
import bellows.uaa.users.User;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Signs claims into a token and reads them back (claims: api.md, section 2.3). Thread-safe. */
public final class AccessTokens {
  private final String issuer;
  private final SigningKeys keys;
  private final Scheduler scheduler;

  /** A token that was just made. */
  public record Issued(String jti, String text, Collection<String> scopes, long expiresInSeconds) {}

  public AccessTokens(String issuer, SigningKeys keys, Scheduler scheduler) {
    this.issuer = issuer;
    this.keys = keys;
    this.scheduler = scheduler;
  }

  /**
   * @param authenticatedAt when the password was given
   */
  public Issued forUser(
      Client client,
      User user,
      SortedSet<String> scopes,
      String grantType,
      Instant authenticatedAt) {
    Map<String, Object> claims = common(client, user.id(), scopes, grantType);
    // The CLI needs these three all together, each as a string.
    claims.put("user_id", user.id());
    claims.put("user_name", user.username());
    claims.put("origin", user.origin());
    claims.put("email", user.email());
    claims.put("auth_time", authenticatedAt.getEpochSecond());
    claims.put("rev_sig", user.revocationSignature());
    return sign(client, scopes, claims);
  }

  /** For the client itself. */
  public Issued forClient(Client client, SortedSet<String> authorities, String grantType) {
    Map<String, Object> claims = common(client, client.id(), authorities, grantType);
    claims.put("authorities", List.copyOf(authorities));
    return sign(client, authorities, claims);
  }

  /**
   * Empty unless the token is ours, unchanged and not expired. Whether it was revoked is {@link
   * TokenChecks}' to say.
   */
  Optional<AccessToken> read(String text) {
    try {
      JWSObject token = JWSObject.parse(text);
      String kid = token.getHeader().getKeyID();
      Optional<SigningKey> key = kid == null ? Optional.empty() : keys.find(kid);
      // Only our own algorithm: the header is the sender's word.
      if (key.isEmpty()
          || !JWSAlgorithm.RS256.equals(token.getHeader().getAlgorithm())
          || !token.verify(new RSASSAVerifier(key.get().publicKey()))) {
        return Optional.empty();
      }
      return Optional.ofNullable(token.getPayload().toJSONObject())
          .map(AccessToken::new)
          .filter(read -> read.text("iss").equals(Optional.of(issuer)))
          .filter(read -> scheduler.now().isBefore(read.expiresAt()));
    } catch (ParseException | JOSEException e) {
      return Optional.empty();
    }
  }

  private Map<String, Object> common(
      Client client, String subject, SortedSet<String> scopes, String grantType) {
    Instant now = scheduler.now();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("jti", Ids.secret(16));
    claims.put("sub", subject);
    claims.put("scope", List.copyOf(scopes));
    claims.put("client_id", client.id());
    claims.put("cid", client.id());
    claims.put("azp", client.id());
    claims.put("grant_type", grantType);
    claims.put("revocable", true);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(client.accessTokenValid()).getEpochSecond());
    claims.put("iss", issuer);
    claims.put("zid", "uaa");
    claims.put("aud", audience(client, scopes));
    return claims;
  }

  private Issued sign(Client client, Collection<String> scopes, Map<String, Object> claims) {
    SigningKey key = keys.current();
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .type(JOSEObjectType.JWT)
            .keyID(key.kid())
            .jwkURL(URI.create(issuer).resolve("/token_keys"))
            .build();
    JWSObject token = new JWSObject(header, new Payload(claims));
    try {
      token.sign(new RSASSASigner(key.privateKey()));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a token", e);
    }
    return new Issued(
        String.valueOf(claims.get("jti")),
        token.serialize(),
        List.copyOf(scopes),
        client.accessTokenValid().toSeconds());
  }

  /** Whom the token is for: the client, and each service that one of the scopes belongs to. */
  private static List<String> audience(Client client, SortedSet<String> scopes) {
    SortedSet<String> audience = new TreeSet<>();
    audience.add(client.id());
    for (String scope : scopes) {
      int dot = scope.lastIndexOf('.');
      audience.add(dot < 0 ? scope : scope.substring(0, dot));
    }
    return List.copyOf(audience);
  }
}
