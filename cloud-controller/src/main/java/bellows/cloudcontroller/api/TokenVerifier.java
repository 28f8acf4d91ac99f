package bellows.cloudcontroller.api;

import bellows.base.time.Scheduler;
import bellows.http.CfError;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks access tokens with nothing but UAA's published keys. Thread-safe.
 *
 * <p>A token that was good is not checked again for a minute: a signature check costs 0.15 ms.
 */
public final class TokenVerifier {
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);
  private static final Duration REMEMBER = Duration.ofSeconds(60);
  private static final int REMEMBERED = 10_000;
  private static final String PREFIX = "bearer ";

  /**
   * @param tokenKeys UAA's {@code /token_keys}
   */
  public record Config(URI tokenKeys) {}

  private record Known(Caller caller, Instant goodUntil) {}

  private final PublishedKeys keys;
  private final Scheduler scheduler;
  private final Map<String, Known> known = new LinkedHashMap<>();

  public TokenVerifier(Config config, Scheduler scheduler) {
    this.keys = new PublishedKeys(config.tokenKeys(), scheduler);
    this.scheduler = scheduler;
  }

  /**
   * @param authorization the request's Authorization header
   * @throws CfError 401 when there is no good token
   */
  public Caller verify(Optional<String> authorization) {
    String header =
        authorization.orElseThrow(
            () -> CfError.Kind.NOT_AUTHENTICATED.because("Authentication error"));
    if (!header.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
      throw invalid();
    }
    String token = header.substring(PREFIX.length()).strip();
    Optional<Caller> remembered = remembered(token);
    return remembered.isPresent() ? remembered.get() : check(token);
  }

  private synchronized Optional<Caller> remembered(String token) {
    Known entry = known.get(token);
    if (entry == null) {
      return Optional.empty();
    }
    if (scheduler.now().isAfter(entry.goodUntil())) {
      known.remove(token);
      return Optional.empty();
    }
    return Optional.of(entry.caller());
  }

  private synchronized void remember(String token, Known entry) {
    if (known.size() >= REMEMBERED) {
      known.remove(known.keySet().iterator().next());
    }
    known.put(token, entry);
  }

  private Caller check(String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      String kid = jwt.getHeader().getKeyID();
      // One algorithm only: a token must not choose how it is checked.
      if (!JWSAlgorithm.RS256.equals(jwt.getHeader().getAlgorithm()) || kid == null) {
        throw invalid();
      }
      RSAPublicKey key = keys.find(kid).orElseThrow(TokenVerifier::invalid);
      if (!jwt.verify(new RSASSAVerifier(key))) {
        throw invalid();
      }
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      Instant goodUntil = expiry(claims);
      Caller caller = caller(claims);
      Instant forget = scheduler.now().plus(REMEMBER);
      remember(token, new Known(caller, forget.isBefore(goodUntil) ? forget : goodUntil));
      return caller;
    } catch (ParseException | JOSEException e) {
      throw invalid();
    }
  }

  private Instant expiry(JWTClaimsSet claims) {
    if (claims.getExpirationTime() == null) {
      throw invalid();
    }
    Instant goodUntil = claims.getExpirationTime().toInstant().plus(CLOCK_SKEW);
    if (scheduler.now().isAfter(goodUntil)) {
      throw invalid();
    }
    return goodUntil;
  }

  private static Caller caller(JWTClaimsSet claims) throws ParseException {
    Set<String> scopes = new HashSet<>();
    for (String claim : List.of("scope", "authorities")) {
      List<String> values = claims.getStringListClaim(claim);
      // A user's token may list the client's authorities beside; they are not the user's.
      if (values != null && scopes.isEmpty()) {
        scopes.addAll(values);
      }
    }
    String user = claims.getStringClaim("user_id");
    if (user != null) {
      String name = claims.getStringClaim("user_name");
      String email = claims.getStringClaim("email");
      return new Caller(user, name == null ? user : name, email == null ? "" : email, scopes);
    }
    String client = claims.getStringClaim("client_id");
    if (client == null) {
      throw invalid();
    }
    return new Caller(client, client, "", scopes);
  }

  private static CfError invalid() {
    return CfError.Kind.INVALID_AUTH_TOKEN.because("Invalid Auth Token");
  }
}
