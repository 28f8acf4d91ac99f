package bellows.uaa.keys;

import java.math.BigInteger;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** A key pair that signs tokens. */
public record SigningKey(String kid, RSAPrivateKey privateKey, RSAPublicKey publicKey) {
  /** Without the private key. */
  @Override
  public String toString() {
    return "SigningKey[" + kid + "]";
  }

  /** The public half as a JSON Web Key with UAA's additional {@code value}. */
  Map<String, String> published() {
    Map<String, String> jwk = new LinkedHashMap<>();
    jwk.put("kty", "RSA");
    jwk.put("e", unsigned(publicKey.getPublicExponent()));
    jwk.put("use", "sig");
    jwk.put("kid", kid);
    jwk.put("alg", "RS256");
    jwk.put("value", pem());
    jwk.put("n", unsigned(publicKey.getModulus()));
    return jwk;
  }

  String pem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded())
        + "\n-----END PUBLIC KEY-----";
  }

  /** RFC 7518, section 6.3: big-endian without the sign's zero byte. */
  private static String unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] magnitude = bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(magnitude);
  }
}
