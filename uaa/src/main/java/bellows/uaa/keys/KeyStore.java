package bellows.uaa.keys;

import bellows.base.ids.Ids;
import bellows.cmdb.SecretBox;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** Table {@code uaa_keys}; private keys lie in it sealed. */
final class KeyStore {
  private static final Pattern PEM_FRAME = Pattern.compile("-----[A-Z ]+-----|\\s");
  private static final int BITS = 2048;

  /** One to sign with, and the one before it, whose tokens are still about. */
  private static final int KEPT = 2;

  private final SecretBox secrets;

  KeyStore(SecretBox secrets) {
    this.secrets = secrets;
  }

  /** Until the transaction ends nobody else makes a key. */
  void lock(Handle db) {
    db.execute("select pg_advisory_xact_lock(hashtextextended('uaa_keys', 0))");
  }

  /** The newest first. */
  List<SigningKey> active(Handle db) {
    return db.createQuery(
            "select * from uaa_keys where active order by created_at desc, kid limit :kept")
        .bind("kept", KEPT)
        .map((row, _) -> key(row))
        .list();
  }

  /** Makes a new key the newest, and retires all but the one before it. */
  void add(Handle db, Instant now) {
    SigningKey key = generate();
    db.createUpdate(
            """
            insert into uaa_keys (kid, private_key_secret, public_key, created_at)
            values (:kid, :private, :public, :now)
            """)
        .bind("kid", key.kid())
        .bind("private", secrets.seal(key.privateKey().getEncoded()))
        .bind("public", key.pem())
        .bind("now", now)
        .execute();
    db.createUpdate("update uaa_keys set active = false where active and not kid = any(:kept)")
        .bind("kept", active(db).stream().map(SigningKey::kid).toArray(String[]::new))
        .execute();
  }

  private static SigningKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(
          "key-" + Ids.secret(4),
          (RSAPrivateKey) pair.getPrivate(),
          (RSAPublicKey) pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make an RSA key", e);
    }
  }

  private SigningKey key(ResultSet row) throws SQLException {
    try {
      KeyFactory rsa = KeyFactory.getInstance("RSA");
      byte[] publicKey =
          Base64.getDecoder().decode(PEM_FRAME.matcher(row.getString("public_key")).replaceAll(""));
      return new SigningKey(
          row.getString("kid"),
          (RSAPrivateKey)
              rsa.generatePrivate(
                  new PKCS8EncodedKeySpec(secrets.open(row.getBytes("private_key_secret")))),
          (RSAPublicKey) rsa.generatePublic(new X509EncodedKeySpec(publicKey)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("table uaa_keys holds a key that is none", e);
    }
  }
}
