package bellows.router.tls;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendConnection;
import bellows.router.backend.BackendPool;
import bellows.router.backend.BackendUser;
import bellows.router.backend.Transport;
import bellows.router.errors.BackendFailure;
import bellows.router.routes.Endpoint;
import bellows.router.routes.RouteRegistry;
import bellows.router.routes.RouteRules;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The authorities of the machine are read for the first connection that needs them. */
class BackendTlsLoadingTest {
  private static final int SECONDS = 10;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, Transport.best().handlers());
  private final EventLoop loop = (EventLoop) loops.next();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  /** Waits for a connection that does not come. */
  private final class Caller implements BackendUser {
    @Override
    public void connected(BackendConnection connection) {
      failure.completeExceptionally(new AssertionError("connected"));
    }

    @Override
    public void dialFailed(Throwable cause) {
      failure.complete(cause);
    }

    @Override
    public void backendRead(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void backendReadComplete() {
      // Nothing is written.
    }

    @Override
    public void backendWritabilityChanged() {
      // Nothing is written.
    }

    @Override
    public void backendClosed(@Nullable Throwable cause) {
      // It never was open.
    }
  }

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static Endpoint endpoint(int port) {
    RouteRegistry registry = new RouteRegistry(RouteRules.DEFAULT);
    registry.apply(
        List.of(
            new RouteRegistry.Update(
                RouteRegistry.Update.Kind.REGISTER,
                new RouterRegister(
                    "127.0.0.1",
                    1,
                    port,
                    List.of("a.test"),
                    null,
                    "app",
                    null,
                    "i",
                    "0",
                    Map.of(),
                    null,
                    null,
                    "name.internal",
                    null,
                    null,
                    null,
                    null,
                    null))),
        0,
        e -> {
          throw e;
        });
    return Objects.requireNonNull(registry.table().find("a.test", "")).endpoints()[0];
  }

  private void dial(BackendTls tls, int port) {
    BackendPool pool = new BackendPool(BackendPool.Config.DEFAULT, loop, Transport.best(), tls);
    Endpoint endpoint = endpoint(port);
    loop.execute(() -> {
      var _ = pool.dial(endpoint, new Caller());
    });
  }

  @Test
  void lettingTheEventLoopWorkMeanwhile() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    BackendTls tls =
        new BackendTls(
            null,
            () -> {
              try {
                read.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return List.of();
            });
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dial(tls, silent.getLocalPort());
      assertThat(loop.submit(() -> "free").get(SECONDS, TimeUnit.SECONDS)).isEqualTo("free");
      assertThat(tls.isReady()).isFalse();
      read.countDown();
      silent.accept().close();
      assertThat(failure.get(SECONDS, TimeUnit.SECONDS)).isNotNull();
      assertThat(tls.isReady()).isTrue();
    }
  }

  @Test
  void andWhoeverWaitsHearsThatTheyCannotBeRead() throws Exception {
    AtomicInteger times = new AtomicInteger();
    BackendTls tls =
        new BackendTls(
            null,
            () -> {
              times.incrementAndGet();
              throw new TlsException("no disk");
            });
    dial(tls, 1);
    assertThat(BackendFailure.ofDial(failure.get(SECONDS, TimeUnit.SECONDS)))
        .isEqualTo(BackendFailure.TLS_UNAVAILABLE);
    assertThat(tls.prepare()).failsWithin(Duration.ofSeconds(SECONDS));
    assertThat(times.get()).as("tried again").isEqualTo(2);
  }
}
