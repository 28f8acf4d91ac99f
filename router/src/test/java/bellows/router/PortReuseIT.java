package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.contracts.Subjects;
import bellows.contracts.routing.RouterRegister;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Twenty ports whose owners change all the time, and requests meanwhile: no answer ever comes from
 * an app that was not asked (reference/robustness.md, F62). A port changes hands as a DEA does it:
 * whoever leaves says so before its port is another one's; where that message is lost, the next
 * owner registers before it listens. System property {@code requests} for more of them.
 */
class PortReuseIT {
  private static final int REQUESTS = Integer.getInteger("requests", 100_000);
  private static final int PORTS = 20;
  private static final int APPS = 8;
  private static final int MOVERS = 4;
  private static final int CLIENTS = 8;

  private final RouterFixture router = new RouterFixture();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();
  private final Set<String> wrong = ConcurrentHashMap.newKeySet();

  /** A process of an app on a port; answers with the app's name. */
  private static final class Tenant implements AutoCloseable {
    private static final int END_OF_HEAD = 0x0d0a0d0a;

    private final String app;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    private Tenant(String app, int port) throws IOException {
      this.app = app;
      listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
      Thread.ofVirtual().name("tenant").start(this::accept);
    }

    private void accept() {
      while (!ended) {
        try {
          Socket socket = listener.accept();
          open.add(socket);
          Thread.ofVirtual().name("conversation").start(() -> converse(socket));
        } catch (IOException e) {
          return; // closed
        }
      }
    }

    private void converse(Socket socket) {
      byte[] answer =
          ("HTTP/1.1 200 OK\r\nContent-Length: " + app.length() + "\r\n\r\n" + app)
              .getBytes(StandardCharsets.US_ASCII);
      try (socket) {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        int last = 0;
        for (int b = in.read(); b >= 0 && !ended; b = in.read()) {
          last = (last << 8) | b;
          if (last == END_OF_HEAD) {
            socket.getOutputStream().write(answer);
          }
        }
      } catch (IOException e) {
        // The process has ended, or the router went away.
      } finally {
        open.remove(socket);
      }
    }

    private int port() {
      return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      ended = true;
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void noRequestReachesAnAppThatItWasNotFor() throws Exception {
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      List<List<Tenant>> each = new ArrayList<>();
      for (int i = 0; i < MOVERS; i++) {
        each.add(firstTenants(new Random(i)));
      }
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < MOVERS; i++) {
        List<Tenant> tenants = each.get(i);
        Random random = new Random(50 + i);
        all.add(tasks.submit(() -> move(tenants, random)));
      }
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(100 + i);
        all.add(tasks.submit(() -> ask(random)));
      }
      for (Future<?> task : all) {
        task.get();
      }
    } finally {
      router.close();
    }
    Files.writeString(
        Path.of("target", "port-reuse.json"),
        Json.text(
            Map.of(
                "requests", asked.get(),
                "answered", answered.get(),
                "moves", moves.get(),
                "wrong", wrong.size())));
    assertThat(wrong).isEmpty();
    assertThat(moves.get()).as("changes of owner").isGreaterThan(PORTS);
    assertThat(answered.get()).as("of %d requests", asked.get()).isGreaterThan(REQUESTS / 2);
  }

  /** All before anyone moves: no port is ever left for a moment to one who asks for any. */
  private List<Tenant> firstTenants(Random random) throws IOException {
    List<Tenant> tenants = new ArrayList<>();
    for (int port = 0; port < PORTS / MOVERS; port++) {
      Tenant tenant = new Tenant(app(random), 0);
      tenants.add(tenant);
      router.register(message(tenant.app, tenant.port()));
    }
    return tenants;
  }

  private static String app(Random random) {
    return "app-" + random.nextInt(APPS);
  }

  private static RouterRegister message(String app, int port) {
    return RouterRegister.instance(
        "127.0.0.1", port, List.of(app + ".test"), app, "dea", app + "-" + port, 0, Map.of());
  }

  private @Nullable Void move(List<Tenant> tenants, Random random) throws IOException {
    while (asked.get() < REQUESTS) {
      int moved = random.nextInt(tenants.size());
      Tenant old = tenants.get(moved);
      String app = app(random);
      int port = old.port();
      if (random.nextInt(3) > 0) {
        router.unregister(message(old.app, port));
        old.close();
        tenants.set(moved, opened(app, port));
        router.bus().publish(Subjects.ROUTER_REGISTER, message(app, port));
      } else {
        old.close();
        router.register(message(app, port));
        tenants.set(moved, opened(app, port));
      }
      moves.incrementAndGet();
    }
    for (Tenant tenant : tenants) {
      tenant.close();
    }
    return null;
  }

  /** The port is free, but for a connection of somebody else that may come from it just now. */
  private static Tenant opened(String app, int port) {
    AtomicReference<@Nullable Tenant> tenant = new AtomicReference<>();
    Eventually.until(
        "port " + port + " is free",
        () -> {
          try {
            tenant.set(new Tenant(app, port));
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    return Objects.requireNonNull(tenant.get());
  }

  private @Nullable Void ask(Random random) {
    RawClient client = router.client();
    String before = "nothing"; // an answer to that would be this client's, only late
    while (asked.getAndIncrement() < REQUESTS) {
      String app = app(random);
      try {
        RawClient.Response response = client.get(app + ".test", "/").read();
        if (response.status() == 200) {
          answered.incrementAndGet();
          if (!response.body().equals(app)) {
            wrong.add(app + ", after " + before + ", was answered by " + response.body());
          }
        }
        before = app;
        if (response.header("Connection").equals("close")) {
          throw new IOException("to be opened anew");
        }
      } catch (IOException | UncheckedIOException e) {
        client.close(); // an answer cut short is no wrong one
        client = router.client();
        before = "nothing";
      }
    }
    client.close();
    return null;
  }
}
