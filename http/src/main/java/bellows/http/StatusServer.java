package bellows.http;

import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A part's health and counters, on the loopback address and away from what serves requests. */
public final class StatusServer implements Component {
  private final Config config;
  private final BooleanSupplier healthy;
  private final Map<String, Supplier<Object>> pages;
  private @Nullable HttpServer server;
  private @Nullable ExecutorService executor;

  /**
   * @param port 0 for any free one
   * @param user for all but the health
   */
  public record Config(int port, String user, String password) {}

  /** A body that is not JSON. */
  public record Text(String contentType, String text) {}

  /**
   * @param pages the paths, such as /varz, each with what gives its body: a {@link Text}, or what
   *     is shown as JSON
   */
  public StatusServer(Config config, BooleanSupplier healthy, Map<String, Supplier<Object>> pages) {
    this.config = config;
    this.healthy = healthy;
    this.pages = Map.copyOf(pages);
  }

  @Override
  public void start() {
    if (server != null) {
      return;
    }
    HttpServer starting;
    try {
      starting =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port()), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen for status on port " + config.port(), e);
    }
    executor = Executors.newVirtualThreadPerTaskExecutor();
    starting.setExecutor(executor);
    starting.createContext("/health", exchange -> health(exchange, "ok\n"));
    starting.createContext("/healthz", exchange -> health(exchange, "ok"));
    starting.createContext(
        "/is-process-alive-do-not-use-for-loadbalancing",
        exchange -> send(exchange, 200, "text/plain", "ok\n"));
    pages.forEach((path, body) ->
        protect(starting.createContext(path, exchange -> sendPage(exchange, body.get()))));
    starting.start();
    server = starting;
  }

  private void protect(HttpContext context) {
    context.setAuthenticator(
        new BasicAuthenticator("status") {
          @Override
          public boolean checkCredentials(String user, String password) {
            return same(user, config.user()) && same(password, config.password());
          }
        });
  }

  private static boolean same(String given, String right) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }

  private void health(HttpExchange exchange, String ok) throws IOException {
    exchange.getResponseHeaders().set("Cache-Control", "private, max-age=0");
    exchange.getResponseHeaders().set("Expires", "0");
    if (healthy.getAsBoolean()) {
      send(exchange, 200, "text/plain", ok);
    } else {
      send(exchange, 503, "text/plain", "");
    }
  }

  private static void sendPage(HttpExchange exchange, Object body) throws IOException {
    if (body instanceof Text page) {
      send(exchange, 200, page.contentType(), page.text());
    } else {
      send(exchange, 200, "application/json", Json.text(body));
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The port in use. */
  public int port() {
    return server == null ? config.port() : server.getAddress().getPort();
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
