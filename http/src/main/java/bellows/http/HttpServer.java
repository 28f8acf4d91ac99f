package bellows.http;

import bellows.base.lifecycle.Component;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the routes of all parts on one port. Each request runs on a virtual thread; at most {@link
 * #MAX_REQUESTS} at once, others wait for their turn.
 */
public final class HttpServer implements Component {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

  private static final int MAX_CONNECTIONS = 4096;
  private static final int MAX_REQUESTS = 1024;
  private static final int MAX_PLATFORM_THREADS = 64;
  private static final int MAX_HEADER_BYTES = 32 * 1024;
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /**
   * @param host the address to listen on
   * @param port 0 for any free one, see {@link HttpServer#port()}
   */
  public record Config(String host, int port) {
    public Config {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("http port must be 0 to 65535: " + port);
      }
    }
  }

  private final Config config;
  private final List<Route> routes;
  private final List<ErrorBodies> errorBodies;
  private @Nullable Javalin javalin;

  /**
   * @param errorBodies asked in this order; what none of them knows gets the general form
   */
  public HttpServer(Config config, List<Route> routes, ErrorBodies... errorBodies) {
    this.config = config;
    this.routes = List.copyOf(routes);
    this.errorBodies = new ArrayList<>(List.of(errorBodies));
    this.errorBodies.add(new CfErrorBodies());
  }

  @Override
  public synchronized void start() {
    if (javalin != null) {
      return;
    }
    Dispatcher dispatcher = new Dispatcher(new RouteTable(routes), List.copyOf(errorBodies));
    Javalin started = Javalin.create(settings -> configure(settings, dispatcher));
    javalin = started;
    started.start(config.host(), config.port());
    log.atInfo().addKeyValue("host", config.host()).addKeyValue("port", port()).log("http.serving");
  }

  private static void configure(JavalinConfig settings, Dispatcher dispatcher) {
    settings.startup.showJavalinBanner = false;
    settings.startup.showOldJavalinVersionWarning = false;
    settings.startup.startupWatcherEnabled = false;
    settings.http.compressionStrategy = CompressionStrategy.NONE;
    settings.jetty.threadPool = threads();
    settings.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendXPoweredBy(false);
      http.setRequestHeaderSize(MAX_HEADER_BYTES);
      http.setIdleTimeout(IDLE.toMillis());
    });
    settings.jetty.modifyServer(HttpServer::harden);
    // Not one endpoint a method: the library would answer methods that it does not know by itself.
    settings.routes.before(context -> {
      dispatcher.handle(context.req(), context.res());
      context.skipRemainingHandlers();
    });
  }

  private static QueuedThreadPool threads() {
    VirtualThreadPool requests = new VirtualThreadPool(MAX_REQUESTS);
    requests.setName("http");
    QueuedThreadPool selectors = new QueuedThreadPool(MAX_PLATFORM_THREADS, 4);
    selectors.setName("http-io");
    selectors.setDaemon(true);
    selectors.setVirtualThreadsExecutor(requests);
    return selectors;
  }

  private static void harden(Server server) {
    server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
    // What the server refuses before a route is looked for: bad request lines, huge headers.
    server.setErrorHandler((request, response, callback) -> {
      CfError error = CfError.Kind.BAD_REQUEST.because("Bad request: the request is malformed");
      HttpFields.Mutable headers = response.getHeaders();
      headers.put(HttpHeader.CONTENT_TYPE, "application/json; charset=utf-8");
      response.write(true, ByteBuffer.wrap(CfErrorBodies.bytes(error)), callback);
      return true;
    });
  }

  /** The port really bound. */
  public synchronized int port() {
    return Optional.ofNullable(javalin)
        .orElseThrow(() -> new IllegalStateException("not started"))
        .port();
  }

  /** Accepts nothing more, lets what runs end within a few seconds, then cuts the rest. */
  @Override
  public synchronized void close() {
    if (javalin == null) {
      return;
    }
    List<CompletableFuture<Void>> drained = new ArrayList<>();
    for (Connector connector : javalin.jettyServer().server().getConnectors()) {
      drained.add(connector.shutdown());
    }
    try {
      CompletableFuture.allOf(drained.toArray(CompletableFuture[]::new))
          .get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.atInfo().log("http.requests_cut");
    }
    javalin.stop();
    javalin = null;
  }
}
