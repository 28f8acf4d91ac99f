package bellows.dea.transfer;

import bellows.dea.transfer.TransferException.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Fetches and sends files over HTTP, with three tries each.
 *
 * <p>Thread-safe; each call blocks its caller.
 */
public final class Transfers implements AutoCloseable {
  private static final int TRIES = 3;
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration WHOLE = Duration.ofMinutes(10);

  private @Nullable HttpClient client;

  /** What a fetched file holds. */
  public record Fetched(long bytes, String sha1) {}

  /**
   * Writes what is at {@code address} to {@code target}, which is replaced.
   *
   * @throws TransferException and leaves no file
   */
  public Fetched fetch(URI address, Path target, long maxBytes) {
    try {
      return retrying(address, () -> fetchOnce(address, target, maxBytes));
    } catch (TransferException e) {
      deleteQuietly(target);
      throw e;
    }
  }

  /** Sends {@code file} by PUT. */
  public void put(URI address, Path file, String contentType) {
    retrying(
        address,
        () -> {
          HttpRequest request =
              HttpRequest.newBuilder(address)
                  .timeout(WHOLE)
                  .header("Content-Type", contentType)
                  .PUT(HttpRequest.BodyPublishers.ofFile(file))
                  .build();
          HttpResponse<String> response =
              client().send(request, HttpResponse.BodyHandlers.ofString());
          refuseUnlessOk(address, response.statusCode());
          return file;
        });
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.shutdownNow();
      client = null;
    }
  }

  private Fetched fetchOnce(URI address, Path target, long maxBytes)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(WHOLE).GET().build();
    HttpResponse<InputStream> response =
        client().send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      refuseUnlessOk(address, response.statusCode());
      MessageDigest sha1 = sha1();
      long bytes = 0;
      try (OutputStream out = new DigestOutputStream(Files.newOutputStream(target), sha1)) {
        byte[] buffer = new byte[64 << 10];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
          bytes += n;
          if (bytes > maxBytes) {
            throw new TransferException(
                Failure.TOO_LARGE, shown(address) + " has more than " + maxBytes + " bytes", null);
          }
          out.write(buffer, 0, n);
        }
      }
      return new Fetched(bytes, HexFormat.of().formatHex(sha1.digest()));
    }
  }

  private <T> T retrying(URI address, Attempt<T> attempt) {
    for (int tried = 1; ; tried++) {
      try {
        return attempt.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TransferException(Failure.FAILED, "interrupted: " + shown(address), e);
      } catch (IOException e) {
        if (tried == TRIES) {
          throw new TransferException(
              Failure.FAILED, "no transfer with " + shown(address) + ": " + e.getMessage(), e);
        }
      } catch (TransferException e) {
        if (e.failure() != Failure.FAILED || tried == TRIES) {
          throw e;
        }
      }
      pause(address, tried);
    }
  }

  private static void pause(URI address, int tried) {
    try {
      Thread.sleep(PAUSE.multipliedBy(tried));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException(Failure.FAILED, "interrupted: " + shown(address), e);
    }
  }

  private static void refuseUnlessOk(URI address, int status) {
    if (status / 100 == 2) {
      return;
    }
    Failure failure =
        switch (status) {
          case 401, 403 -> Failure.REFUSED;
          case 404, 410 -> Failure.NOT_FOUND;
          case 413 -> Failure.TOO_LARGE;
          case 507 -> Failure.STORE_FULL;
          default -> Failure.FAILED;
        };
    throw new TransferException(failure, shown(address) + " answered " + status, null);
  }

  /** The query holds the signature. */
  private static String shown(URI address) {
    return address.getScheme() + "://" + address.getAuthority() + address.getPath();
  }

  private synchronized HttpClient client() {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NORMAL)
              .connectTimeout(CONNECT)
              .build();
    }
    return client;
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // What failed before is the message that matters; the directory is swept at the next start.
    }
  }

  private interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }
}
