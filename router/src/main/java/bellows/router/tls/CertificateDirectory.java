package bellows.router.tls;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates that the router shows to clients: each {@code NAME.pem} with its chain beside
 * {@code NAME.key} in one directory, looked at again every few seconds. A file that cannot be used
 * is told in the log, and what was there before it stays. Connections keep what they began with.
 */
public final class CertificateDirectory implements Component {
  private static final Logger log = LoggerFactory.getLogger(CertificateDirectory.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
  private static final Duration ROTATE_EVERY = Duration.ofHours(12);
  private static final String CERTIFICATE = ".pem";
  private static final String KEY = ".key";

  private final Config config;
  private final Scheduler scheduler;
  private final TicketKeys tickets = new TicketKeys();
  private SortedMap<String, Loaded> loaded = new TreeMap<>();
  private SortedMap<String, CertificateFiles> refused = new TreeMap<>();
  private volatile @Nullable ServerCertificates current;
  private Scheduler.@Nullable Timer looking;
  private Scheduler.@Nullable Timer rotating;

  /**
   * @param protocols offered to clients by ALPN, the best first
   */
  public record Config(Path directory, List<String> protocols, ClientCertificates clients) {
    public Config {
      protocols = List.copyOf(protocols);
    }
  }

  private record Loaded(CertificateFiles files, ServerCertificates.Entry entry) {}

  public CertificateDirectory(Config config, Scheduler scheduler) {
    this.config = config;
    this.scheduler = scheduler;
  }

  /**
   * @throws TlsException when there is no certificate that can be used
   */
  @Override
  public synchronized void start() {
    if (looking != null) {
      return;
    }
    look();
    if (current == null) {
      throw new TlsException("no usable certificate in " + config.directory());
    }
    looking = scheduler.every(LOOK_EVERY, this::look);
    rotating = scheduler.every(ROTATE_EVERY, this::rotate);
  }

  /** By name, as the files are at any time. For event loops: never blocks. */
  public CertificateChoice byName() {
    return new CertificateChoice() {
      @Override
      public SslContext map(String serverName) {
        return now().map(serverName);
      }

      @Override
      public boolean areApart(String serverName, String host) {
        return now().areApart(serverName, host);
      }
    };
  }

  private ServerCertificates now() {
    ServerCertificates now = current;
    if (now == null) {
      throw new IllegalStateException("not started");
    }
    return now;
  }

  private synchronized void look() {
    SortedMap<String, Loaded> found = new TreeMap<>();
    SortedMap<String, CertificateFiles> bad = new TreeMap<>();
    try {
      for (String name : names()) {
        Loaded entry = read(name, bad);
        if (entry != null) {
          found.put(name, entry);
        }
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("directory", config.directory()).setCause(e).log("tls.unreadable");
      return;
    }
    refused = bad;
    if (found.equals(loaded)) {
      return;
    }
    if (found.isEmpty()) {
      log.atWarn().addKeyValue("directory", config.directory()).log("tls.certificates_gone");
      return;
    }
    loaded = found;
    current = new ServerCertificates(found.values().stream().map(Loaded::entry).toList());
    log.atInfo()
        .addKeyValue("directory", config.directory())
        .addKeyValue("names", found.values().stream().map(one -> one.entry().names()).toList())
        .log("tls.certificates");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(config.directory())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(CERTIFICATE))
          .map(file -> file.substring(0, file.length() - CERTIFICATE.length()))
          .sorted()
          .toList();
    }
  }

  /** What to use for these files: the new, or the old where the new is of no use, or nothing. */
  private @Nullable Loaded read(String name, SortedMap<String, CertificateFiles> bad) {
    Loaded old = loaded.get(name);
    CertificateFiles files =
        CertificateFiles.read(
            config.directory().resolve(name + CERTIFICATE),
            config.directory().resolve(name + KEY),
            config.clients().authorities());
    if (old != null && old.files().equals(files)) {
      return old;
    }
    if (files.equals(refused.get(name))) {
      bad.put(name, files);
      return old;
    }
    try {
      return new Loaded(files, entry(files, old == null));
    } catch (TlsException e) {
      bad.put(name, files);
      log.atWarn()
          .addKeyValue("file", config.directory().resolve(name + CERTIFICATE))
          .addKeyValue("reason", e.getMessage())
          .addKeyValue("kept_old", old != null)
          .log("tls.certificate_refused");
      return old;
    }
  }

  /**
   * @param evenExpired as clients may still take it, and there is no other
   */
  private ServerCertificates.Entry entry(CertificateFiles files, boolean evenExpired) {
    if (!files.problem().isEmpty()) {
      throw new TlsException(files.problem());
    }
    if (files.key().isEmpty()) {
      throw new TlsException("there is no " + KEY + " file of the same name beside it");
    }
    List<X509Certificate> chain = PemFiles.certificates(files.certificates());
    PrivateKey key = PemFiles.privateKey(files.key());
    X509Certificate own = chain.getFirst();
    if (!PemFiles.belongTogether(key, own)) {
      throw new TlsException("the key is not that of the first certificate");
    }
    Instant end = own.getNotAfter().toInstant();
    if (end.isBefore(scheduler.now())) {
      if (!evenExpired) {
        throw new TlsException("expired at " + end);
      }
      log.atWarn()
          .addKeyValue("subject", own.getSubjectX500Principal())
          .addKeyValue("end", end)
          .log("tls.certificate_expired");
    }
    try {
      SslContextBuilder builder =
          TlsRules.apply(SslContextBuilder.forServer(key, chain), config.protocols());
      if (config.clients().asked() != ClientCertificates.Asked.NONE) {
        builder
            .trustManager(authorities(files.authorities()))
            .clientAuth(
                config.clients().asked() == ClientCertificates.Asked.REQUIRE
                    ? ClientAuth.REQUIRE
                    : ClientAuth.OPTIONAL);
      }
      SslContext context = builder.build();
      tickets.giveTo(context);
      return new ServerCertificates.Entry(CertificateNames.of(own), context);
    } catch (SSLException | IllegalArgumentException e) {
      throw new TlsException(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<X509Certificate> authorities(String pem) {
    try {
      return PemFiles.certificates(pem);
    } catch (TlsException e) {
      throw new TlsException("the file of clients' authorities " + e.getMessage(), e);
    }
  }

  private synchronized void rotate() {
    tickets.rotate();
    loaded.values().forEach(one -> tickets.giveTo(one.entry().context()));
  }

  @Override
  public synchronized void close() {
    if (looking != null) {
      looking.close();
      looking = null;
    }
    if (rotating != null) {
      rotating.close();
      rotating = null;
    }
  }
}
