package bellows.router.testing;

import bellows.router.tls.DevelopmentAuthority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A directory of certificates from an authority of its own, and clients that trust only that. */
public final class TlsFiles {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Path directory;
  private final DevelopmentAuthority authority =
      DevelopmentAuthority.create("authority of a test", Instant.now());

  public TlsFiles(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  public DevelopmentAuthority authority() {
    return authority;
  }

  /** Puts a certificate for these names there, in place of the one before. */
  public TlsFiles certificate(String file, String... names) {
    DevelopmentAuthority.Issued issued = authority.issue(List.of(names), Instant.now());
    write(file + ".key", issued.key());
    return write(file + ".pem", issued.certificates());
  }

  public TlsFiles write(String file, String text) {
    try {
      Files.writeString(directory.resolve(file), text, StandardCharsets.ISO_8859_1);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A socket after its handshake, with whoever listens there under this name. */
  public SSLSocket connect(InetSocketAddress router, String serverName) {
    return connect(router, serverName, context());
  }

  /** As above, with a context of the caller's. */
  public static SSLSocket connect(InetSocketAddress router, String serverName, SSLContext context) {
    try {
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(router, TIMEOUT_MILLIS);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trusts the authority. */
  public SSLContext context() {
    return context(null);
  }

  /** Trusts the authority, and shows a certificate by it for this name. */
  public SSLContext contextWithCertificate(DevelopmentAuthority by, String name) {
    DevelopmentAuthority.Issued issued = by.issue(List.of(name), Instant.now());
    try {
      KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
      own.load(null, null);
      String encoded = issued.key().replaceAll("-----[^-]*-----|\\s", "");
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)));
      own.setKeyEntry("own", key, new char[0], new Certificate[] {certificate(issued)});
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, new char[0]);
      return context(keys.getKeyManagers());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Certificate certificate(DevelopmentAuthority.Issued issued)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(
            new ByteArrayInputStream(issued.certificates().getBytes(StandardCharsets.US_ASCII)));
  }

  private SSLContext context(KeyManager @Nullable [] keys) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "authority",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      authority.certificate().getBytes(StandardCharsets.US_ASCII))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
