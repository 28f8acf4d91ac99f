package bellows.router.routeservices;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Says so that only a router with the same secret can: a request for this address came by here, at
 * this time. In gorouter's form (reference/messages.md, 2.7), so that both can stand side by side.
 * For every thread.
 */
public final class Signatures {
  private static final int ROUNDS = 100_001;
  private static final int KEY_BITS = 128;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final List<SecretKeySpec> keys = new ArrayList<>();
  private final Duration timeout;

  /** The values of X-CF-Proxy-Signature and X-CF-Proxy-Metadata. */
  public record Signed(String signature, String metadata) {}

  /**
   * What a good signature says.
   *
   * @param expired it is older than signatures may be, or from a time to come
   */
  public record Claim(String url, boolean expired) {}

  private record Content(
      @JsonProperty("forwarded_url") @Nullable String url,
      @JsonProperty("requested_time") @Nullable String time) {}

  private record Metadata(@Nullable String nonce) {}

  /**
   * @param secret to sign with, shared by all routers
   * @param previous to read with as well, while routers change to another secret; null for none
   * @param timeout older signatures are expired
   */
  public Signatures(String secret, @Nullable String previous, Duration timeout) {
    this.timeout = timeout;
    keys.add(key(secret));
    if (previous != null) {
      keys.add(key(previous));
    }
  }

  /** By Bouncy Castle, as the JDK's does without no salt. */
  private static SecretKeySpec key(String secret) {
    PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
    generator.init(secret.getBytes(StandardCharsets.UTF_8), new byte[0], ROUNDS);
    KeyParameter key = (KeyParameter) generator.generateDerivedParameters(KEY_BITS);
    return new SecretKeySpec(key.getKey(), "AES");
  }

  /** Signs that a request for {@code url} came {@code now}. */
  public Signed sign(String url, Instant now) {
    byte[] nonce = Ids.randomBytes(NONCE_BYTES);
    byte[] content = Json.bytes(new Content(url, now.toString()));
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), nonce).doFinal(content);
      return new Signed(
          base64(sealed),
          base64(Json.bytes(new Metadata(Base64.getEncoder().encodeToString(nonce)))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }

  /** What the headers of a request say; empty when no router with a secret of ours wrote them. */
  public Optional<Claim> read(String signature, String metadata, Instant now) {
    try {
      byte[] nonce = nonce(Base64.getUrlDecoder().decode(metadata));
      byte[] sealed = Base64.getUrlDecoder().decode(signature);
      if (nonce.length != NONCE_BYTES) {
        return Optional.empty();
      }
      for (SecretKeySpec key : keys) {
        byte[] content = open(key, nonce, sealed);
        if (content != null) {
          return claim(Json.read(content, Content.class), now);
        }
      }
    } catch (IllegalArgumentException | JacksonException | DateTimeException e) {
      return Optional.empty(); // a stranger's idea of a signature
    }
    return Optional.empty();
  }

  private static byte[] nonce(byte[] metadata) {
    @Nullable Metadata read = Json.read(metadata, Metadata.class); // null for JSON's null
    String nonce = read == null ? null : read.nonce();
    return Base64.getDecoder().decode(nonce == null ? "" : nonce);
  }

  /** Null when another key has sealed it. */
  private static byte @Nullable [] open(SecretKeySpec key, byte[] nonce, byte[] sealed) {
    try {
      return cipher(Cipher.DECRYPT_MODE, key, nonce).doFinal(sealed);
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private Optional<Claim> claim(Content content, Instant now) {
    if (content.url == null || content.time == null) {
      return Optional.empty();
    }
    Duration age = Duration.between(OffsetDateTime.parse(content.time).toInstant(), now);
    return Optional.of(new Claim(content.url, age.abs().compareTo(timeout) > 0));
  }
}
