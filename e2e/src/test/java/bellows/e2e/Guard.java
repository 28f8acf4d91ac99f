package bellows.e2e;

import bellows.base.process.Subprocess;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A route service of this host: sends requests back to the router as Cloud Foundry wants it, but
 * for those whose path begins with {@code /forbidden}, which it refuses.
 */
final class Guard implements AutoCloseable {
  private static final String PASSWORD = "secret";
  private static final List<String> PROOF =
      List.of("X-CF-Forwarded-Url", "X-CF-Proxy-Signature", "X-CF-Proxy-Metadata");

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int routerPort;
  private final String certificate;

  /**
   * @param directory for its key
   */
  Guard(Path directory, int routerPort) throws IOException, GeneralSecurityException {
    this.routerPort = routerPort;
    Path store = directory.resolve("guard.p12");
    keytool(
        store,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost",
        "-validity",
        "30");
    this.certificate = keytool(store, "-exportcert", "-rfc");
    this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls(store)));
    server.setExecutor(threads);
    server.createContext("/", this::pass);
    server.start();
  }

  private static String keytool(Path store, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-alias", "guard", "-storepass", PASSWORD, "-keystore", store.toString()));
    return Subprocess.run(Duration.ofSeconds(30), command, "", Map.of()).orThrow("keytool").out();
  }

  private static SSLContext tls(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** What routers are to trust, as PEM. */
  String certificate() {
    return certificate;
  }

  String url() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  private void pass(HttpExchange request) throws IOException {
    URI target = URI.create(header(request, "X-CF-Forwarded-Url"));
    byte[] body;
    int status;
    if (target.getPath().startsWith("/forbidden")) {
      status = 403;
      body = "not past the guard".getBytes(StandardCharsets.UTF_8);
    } else {
      String answer = forward(request, target);
      status = Integer.parseInt(answer.substring(9, 12));
      body = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
    }
    request.getResponseHeaders().set("X-Guard", "was here");
    request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    request.getResponseBody().write(body);
    request.close();
  }

  /** Over a connection of its own, as JDK's client sets no Host. */
  private String forward(HttpExchange request, URI target) throws IOException {
    StringBuilder head =
        new StringBuilder(
            "GET %s HTTP/1.0\r\nHost: %s\r\n"
                .formatted(target.getRawPath(), target.getAuthority()));
    PROOF.forEach(name -> head.append(name + ": " + header(request, name) + "\r\n"));
    try (Socket router = new Socket(InetAddress.getLoopbackAddress(), routerPort)) {
      router.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      return new String(router.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String header(HttpExchange request, String name) {
    return Objects.requireNonNull(request.getRequestHeaders().getFirst(name), name);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
