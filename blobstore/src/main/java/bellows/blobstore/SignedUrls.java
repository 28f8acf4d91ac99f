package bellows.blobstore;

import bellows.base.time.Scheduler;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Addresses that let whoever holds them read or write one blob for a while, without an account.
 * Method, key, size limit and expiry are signed, so none of them can be changed.
 */
public final class SignedUrls {
  private final Config config;
  private final Blobstore blobs;
  private final Scheduler scheduler;
  private final Signature signature;

  /**
   * @param base where {@link #routes} is reached, such as {@code http://127.0.0.1:8081}
   * @param key secret, at least 32 bytes; addresses made with another key are refused
   */
  @SuppressWarnings("ArrayRecordComponent") // a secret is never compared, nor printed
  public record Config(URI base, byte[] key) {
    public Config {
      if (key.length < 32) {
        throw new IllegalArgumentException("the signing key must have 32 bytes or more");
      }
      key = key.clone();
    }

    @Override
    public String toString() {
      return "Config[base=" + base + "]";
    }
  }

  public SignedUrls(Config config, Blobstore blobs, Scheduler scheduler) {
    this.config = config;
    this.blobs = blobs;
    this.scheduler = scheduler;
    this.signature = new Signature(config.key());
  }

  /** An address to GET the blob; 404 when there is none. */
  public String get(BlobKey key, Duration valid) {
    return url(new Grant(Route.Method.GET, key, expiry(valid), 0));
  }

  /**
   * An address to PUT the blob, answered by {@link Stored} as JSON.
   *
   * @param maxBytes a longer body is answered by 413 and changes nothing
   */
  public String put(BlobKey key, Duration valid, long maxBytes) {
    return url(new Grant(Route.Method.PUT, key, expiry(valid), maxBytes));
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/blobs/:folder/:name", this::download),
        Route.put("/blobs/:folder/:name", this::upload));
  }

  private Reply download(Request request) {
    Grant grant = check(request);
    InputStream content =
        blobs
            .open(grant.key())
            .orElseThrow(() -> CfError.Kind.RESOURCE_NOT_FOUND.because("Blob not found"));
    return Reply.stream(200, "application/octet-stream", content);
  }

  private Reply upload(Request request) throws IOException {
    Grant grant = check(request);
    InputStream body = new LimitedStream(request.bodyStream(), grant.maxBytes());
    return Reply.ok(blobs.put(grant.key(), body));
  }

  private Grant check(Request request) {
    Grant grant;
    try {
      grant =
          new Grant(
              request.method(),
              new BlobKey(request.pathParam("folder"), request.pathParam("name")),
              Long.parseLong(request.queryParam("expires").orElse("")),
              Long.parseLong(request.queryParam("max").orElse("0")));
    } catch (IllegalArgumentException e) {
      throw refused();
    }
    if (!signature.matches(grant.text(), request.queryParam("signature").orElse(""))
        || scheduler.now().getEpochSecond() >= grant.expires()) {
      throw refused();
    }
    return grant;
  }

  /** One answer for everything that is wrong: it helps nobody who guesses. */
  private static CfError refused() {
    return CfError.Kind.NOT_AUTHORIZED.because("This address is not valid, or not any more");
  }

  private long expiry(Duration valid) {
    return scheduler.now().plus(valid).getEpochSecond();
  }

  private String url(Grant grant) {
    return config.base().toString().replaceAll("/$", "")
        + "/blobs/"
        + grant.key()
        + "?expires="
        + grant.expires()
        + (grant.method() == Route.Method.PUT ? "&max=" + grant.maxBytes() : "")
        + "&signature="
        + signature.of(grant.text());
  }

  /**
   * What an address allows.
   *
   * @param expires seconds since 1970
   * @param maxBytes of an upload
   */
  private record Grant(Route.Method method, BlobKey key, long expires, long maxBytes) {
    /** No part can hold a line end, so different grants have different texts. */
    String text() {
      return method + "\n" + key + "\n" + expires + "\n" + maxBytes;
    }
  }
}
