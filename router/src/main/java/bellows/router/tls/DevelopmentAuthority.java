package bellows.router.tls;

import bellows.base.files.AtomicFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of one machine's own, so that a platform without any certificate still
 * speaks TLS: whoever trusts its certificate trusts the platform. Made once, kept in two files.
 */
public final class DevelopmentAuthority {
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

  /** Clients refuse server certificates that live longer than 398 days. */
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(397);

  /** Issued anew when less than this is left. */
  private static final Duration RENEWED_BEFORE = Duration.ofDays(30);

  /** Clocks of machines differ. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final X509Certificate certificate;
  private final PrivateKey key;

  /** A certificate with its chain, and its key, as PEM. */
  public record Issued(String certificates, String key) {}

  private DevelopmentAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** The authority of these files, which are made when they are not there. */
  public static DevelopmentAuthority at(
      Path certificateFile, Path keyFile, String name, Instant now) {
    try {
      if (!Files.exists(certificateFile) || !Files.exists(keyFile)) {
        DevelopmentAuthority made = create(name, now);
        AtomicFiles.write(keyFile, bytes(pem(made.key)), AtomicFiles.OWNER_ONLY);
        AtomicFiles.write(certificateFile, bytes(made.certificate()), AtomicFiles.PUBLIC);
        return made;
      }
      return new DevelopmentAuthority(
          PemFiles.certificates(Files.readString(certificateFile)).getFirst(),
          PemFiles.privateKey(Files.readString(keyFile)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + certificateFile, e);
    }
  }

  /** A new one that is kept nowhere. */
  public static DevelopmentAuthority create(String name, Instant now) {
    KeyPair pair = keyPair();
    X500Name subject = commonName(name);
    try {
      X509v3CertificateBuilder builder = builder(subject, subject, pair, now, AUTHORITY_LIFE);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new DevelopmentAuthority(sign(builder, pair.getPrivate()), pair.getPrivate());
    } catch (CertIOException e) {
      throw new IllegalStateException("cannot make an authority", e);
    }
  }

  /** What clients are to trust, as PEM. */
  public String certificate() {
    return pem(certificate);
  }

  /**
   * Sees to it that the two files hold a certificate for exactly these names that is good for a
   * while.
   */
  public void keep(Path certificateFile, Path keyFile, Set<String> names, Instant now) {
    if (!isGood(certificateFile, keyFile, names, now)) {
      Issued issued = issue(names.stream().sorted().toList(), now);
      AtomicFiles.write(keyFile, bytes(issued.key()), AtomicFiles.OWNER_ONLY);
      AtomicFiles.write(certificateFile, bytes(issued.certificates()), AtomicFiles.PUBLIC);
    }
  }

  private boolean isGood(Path certificateFile, Path keyFile, Set<String> names, Instant now) {
    try {
      X509Certificate own = PemFiles.certificates(Files.readString(certificateFile)).getFirst();
      own.verify(certificate.getPublicKey());
      return own.getNotAfter().toInstant().isAfter(now.plus(RENEWED_BEFORE))
          && CertificateNames.of(own).equals(names)
          && PemFiles.belongTogether(PemFiles.privateKey(Files.readString(keyFile)), own);
    } catch (IOException | GeneralSecurityException | TlsException e) {
      return false; // not there, cut short, or another authority's: made anew
    }
  }

  /**
   * A certificate for servers and clients.
   *
   * @param names DNS names, the first one its subject too
   */
  public Issued issue(List<String> names, Instant now) {
    KeyPair pair = keyPair();
    GeneralName[] alternatives =
        names.stream()
            .map(name -> new GeneralName(GeneralName.dNSName, name))
            .toArray(GeneralName[]::new);
    try {
      X500Name issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
      X509v3CertificateBuilder builder =
          builder(issuer, commonName(names.getFirst()), pair, now, CERTIFICATE_LIFE);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
      return new Issued(pem(sign(builder, key)), pem(pair.getPrivate()));
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot issue a certificate for " + names, e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make a key", e);
    }
  }

  private static X500Name commonName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, KeyPair pair, Instant now, Duration life)
      throws CertIOException {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(127, RANDOM),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(life)),
            subject,
            pair.getPublic());
    try {
      return builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot name a key", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey by) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign a certificate", e);
    }
  }

  private static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof PrivateKey own ? new JcaPKCS8Generator(own, null) : object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static byte[] bytes(String pem) {
    return pem.getBytes(StandardCharsets.US_ASCII);
  }
}
