package bellows.cmdb;

import bellows.base.files.AtomicFiles;
import bellows.base.ids.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what may not lie in the database in the clear: AES-256-GCM with a fresh nonce for each
 * value, so equal values look different and a changed one does not open. Thread-safe.
 *
 * <p>Sealed form: one version byte, 12 bytes nonce, cipher text with its 16 bytes tag.
 */
public final class SecretBox {
  private static final byte VERSION = 1;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEADER_BYTES = 1 + NONCE_BYTES;

  private final SecretKeySpec key;

  public SecretBox(byte[] key32) {
    if (key32.length != KEY_BYTES) {
      throw new IllegalArgumentException("the key must have 32 bytes, not " + key32.length);
    }
    this.key = new SecretKeySpec(key32, "AES");
  }

  /**
   * The box whose key is in {@code keyFile}; made at first use, readable by its owner only. Who
   * loses this file loses every secret in the database.
   *
   * @throws IllegalStateException when others may read the file, or it holds no key
   */
  public static SecretBox at(Path keyFile) {
    try {
      if (Files.notExists(keyFile)) {
        AtomicFiles.write(keyFile, Ids.randomBytes(KEY_BYTES), AtomicFiles.OWNER_ONLY);
      }
      Set<PosixFilePermission> others =
          EnumSet.complementOf(
              EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
      others.retainAll(Files.getPosixFilePermissions(keyFile));
      if (!others.isEmpty()) {
        throw new IllegalStateException(
            "the key file " + keyFile + " is open to others; set it to mode 600");
      }
      byte[] key = Files.readAllBytes(keyFile);
      if (key.length != KEY_BYTES) {
        throw new IllegalStateException("the key file " + keyFile + " does not hold 32 bytes");
      }
      return new SecretBox(key);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the key file " + keyFile, e);
    }
  }

  public byte[] seal(byte[] plain) {
    byte[] nonce = Ids.randomBytes(NONCE_BYTES);
    try {
      byte[] text = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain);
      byte[] sealed = Arrays.copyOf(new byte[] {VERSION}, HEADER_BYTES + text.length);
      System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
      System.arraycopy(text, 0, sealed, HEADER_BYTES, text.length);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal", e);
    }
  }

  /**
   * @throws IllegalArgumentException when the bytes were not sealed with this key, or were changed
   */
  public byte[] open(byte[] sealed) {
    if (sealed.length < HEADER_BYTES + TAG_BITS / 8 || sealed[0] != VERSION) {
      throw new IllegalArgumentException("not a sealed value");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, Arrays.copyOfRange(sealed, 1, HEADER_BYTES))
          .doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("sealed with another key, or changed since", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(new byte[] {VERSION});
    return cipher;
  }
}
