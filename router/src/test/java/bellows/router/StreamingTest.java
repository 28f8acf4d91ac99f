package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.router.backend.Transport;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies flow, whatever their size, at the pace of the slower side; on every transport. */
class StreamingTest {
  private static final long GIBIBYTE = 1L << 30;
  private static final int PIECE = 256 * 1024;

  /** Far below the body; what sockets, loops and the JVM hold together. */
  private static final long MEMORY_BOUND = 48L << 20;

  private static RouterFixture on(Transport transport) {
    return new RouterFixture(config -> config.loops(2, transport));
  }

  @ParameterizedTest
  @EnumSource
  void downloadsAGibibyteInBoundedMemory(Transport transport) throws IOException {
    try (RouterFixture router = on(transport);
        RawClient client = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            conversation.read();
            conversation.send("HTTP/1.1 200 OK\r\nContent-Length: " + GIBIBYTE + "\r\n\r\n");
            pour(conversation.out(), GIBIBYTE);
          }));
      long before = directMemory();
      client.get("app.test", "/");
      assertThat(client.read(false).status()).isEqualTo(200);
      AtomicLong most = new AtomicLong();
      assertThat(drink(client.in(), GIBIBYTE, most)).isEqualTo(GIBIBYTE);
      assertThat(most.get()).isPositive();
      // Less than before when the loops of an earlier test were still there.
      assertThat(most.get() - before).isLessThan(MEMORY_BOUND);
    }
  }

  @ParameterizedTest
  @EnumSource
  void uploadsInChunksAndAnswersWhatItCounted(Transport transport) throws IOException {
    try (RouterFixture router = on(transport);
        RawClient client = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            ScriptedBackend.Request request = conversation.read();
            conversation.ok(String.valueOf(request.body().length()));
          }));
      client.send("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n");
      byte[] chunk = ("4000\r\n" + "x".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 1000; i++) {
        client.out().write(chunk);
      }
      client.send("0\r\n\r\n");
      assertThat(client.read().body()).isEqualTo(String.valueOf(1000 * 0x4000));
      assertThat(client.get("app.test", "/").read(true).body()).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void holdsAnUploadBackThatTheAppDoesNotRead(Transport transport) throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    try (RouterFixture router = on(transport);
        RawClient client = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            conversation.readHead();
            await(reads);
            drink(conversation.in(), 256L << 20, new AtomicLong());
            conversation.ok("all");
          }));
      client.send(
          "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + (256L << 20) + "\r\n\r\n");
      AtomicLong sent = new AtomicLong();
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  byte[] piece = new byte[PIECE];
                  for (long left = 256L << 20; left > 0; left -= PIECE) {
                    client.out().write(piece);
                    sent.addAndGet(PIECE);
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      AtomicLong last = new AtomicLong(-1);
      Eventually.until(
          "the sender is held back",
          () -> {
            pause();
            return sent.get() > 0 && last.getAndSet(sent.get()) == sent.get();
          });
      // What the kernel buffers on both sides may be some megabytes; what we hold must not grow.
      assertThat(sent.get()).isLessThan(64L << 20);
      reads.countDown();
      assertThat(client.read().body()).isEqualTo("all");
      sender.join();
    }
  }

  @Test
  void holdsADownloadBackThatTheClientDoesNotRead() throws Exception {
    AtomicLong sent = new AtomicLong();
    try (RouterFixture router = new RouterFixture();
        RawClient client = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            conversation.read();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] chunk =
                ("4000\r\n" + "x".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 16 * 1024; i++) {
              conversation.out().write(chunk);
              sent.addAndGet(0x4000);
            }
            conversation.send("0\r\n\r\n");
          }));
      client.get("app.test", "/");
      AtomicLong last = new AtomicLong(-1);
      Eventually.until(
          "the app is held back",
          () -> {
            pause();
            return sent.get() > 0 && last.getAndSet(sent.get()) == sent.get();
          });
      assertThat(sent.get()).isLessThan(64L << 20);
      assertThat(client.read().body()).hasSize(256 << 20);
    }
  }

  @Test
  void passesEachPieceOnAtOnce() {
    CountDownLatch go = new CountDownLatch(1);
    try (RouterFixture router = new RouterFixture();
        RawClient client = router.client()) {
      router.serve(
          "app.test",
          new ScriptedBackend(conversation -> {
            conversation.read();
            conversation.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\none");
            await(go);
            conversation.send("two");
          }));
      client.get("app.test", "/");
      assertThat(client.read(false).header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(read(client, 8)).isEqualTo("3\r\none");
      go.countDown();
      assertThat(read(client, 13)).isEqualTo("\r\n3\r\ntwo\r\n0\r\n".substring(0, 13));
    }
  }

  private static String read(RawClient client, int most) {
    StringBuilder text = new StringBuilder();
    try {
      while (text.length() < most && !text.toString().endsWith("one")) {
        text.append((char) client.in().read());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private static void pour(OutputStream out, long bytes) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long left = bytes; left > 0; left -= PIECE) {
      out.write(piece);
    }
  }

  private static long drink(InputStream in, long bytes, AtomicLong mostMemory) throws IOException {
    byte[] piece = new byte[PIECE];
    long drunk = 0;
    for (int read = in.read(piece); read > 0; read = in.read(piece)) {
      drunk += read;
      mostMemory.accumulateAndGet(directMemory(), Math::max);
      if (drunk >= bytes) {
        break;
      }
    }
    return drunk;
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static void pause() {
    try {
      Thread.sleep(100); // the measuring interval, not a wait for something
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
