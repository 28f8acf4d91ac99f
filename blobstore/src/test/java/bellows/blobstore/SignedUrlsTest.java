package bellows.blobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.http.HttpServer;
import bellows.http.Route;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedUrlsTest {
  private static final BlobKey KEY = new BlobKey("droplets", "guid-1");
  private static final BlobKey OTHER = new BlobKey("droplets", "guid-2");
  private static final Duration VALID = Duration.ofMinutes(5);
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path root;
  private final ManualScheduler scheduler = new ManualScheduler();
  private final HttpClient client = HttpClient.newHttpClient();
  private DirectoryBlobstore blobs;
  private HttpServer server;
  private SignedUrls urls;

  @BeforeEach
  void start() {
    blobs = new DirectoryBlobstore(root);
    server = new HttpServer(new HttpServer.Config("127.0.0.1", 0), routes());
    server.start();
    urls = signedWith(SECRET);
  }

  @AfterEach
  void close() {
    client.close(); // first: the server waits for open connections
    server.close();
  }

  /** Where an address leads does not matter to those who check it. */
  private List<Route> routes() {
    URI nowhere = URI.create("http://nowhere");
    return new SignedUrls(new SignedUrls.Config(nowhere, SECRET), blobs, scheduler).routes();
  }

  private SignedUrls signedWith(byte[] secret) {
    URI base = URI.create("http://127.0.0.1:" + server.port());
    return new SignedUrls(new SignedUrls.Config(base, secret), blobs, scheduler);
  }

  @Test
  void whatWasPutCanBeGot() throws Exception {
    HttpResponse<String> stored = put(urls.put(KEY, VALID, 100), "hello");
    assertThat(stored.statusCode()).isEqualTo(200);
    assertThat(Json.read(stored.body(), Stored.class).sha1())
        .isEqualTo("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    assertThat(Json.tree(stored.body()).propertyNames()).containsOnly("bytes", "sha1", "sha256");
    HttpResponse<String> got = get(urls.get(KEY, VALID));
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo("hello");
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    assertThat(get(urls.get(KEY, VALID)).statusCode()).isEqualTo(404);
  }

  @Test
  void anAddressEnds() throws Exception {
    store(KEY, "hello");
    String url = urls.get(KEY, VALID);
    scheduler.advance(VALID.minusSeconds(1));
    assertThat(get(url).statusCode()).isEqualTo(200);
    scheduler.advance(Duration.ofSeconds(1));
    assertRefused(get(url));
  }

  @Test
  void nothingInAnAddressCanBeChanged() throws Exception {
    store(KEY, "hello");
    store(OTHER, "secret");
    String get = urls.get(KEY, VALID);
    String put = urls.put(KEY, VALID, 100);
    assertRefused(get(get.replace("guid-1", "guid-2")));
    assertRefused(get(get.replace("droplets", "packages")));
    assertRefused(get(get.replaceAll("expires=\\d+", "expires=99999999999")));
    assertRefused(get(get.replaceAll("expires=\\d+", "expires=x")));
    assertRefused(get(get.replaceAll("signature=.*", "signature=")));
    assertRefused(get(get.replaceAll("&signature=.*", "")));
    assertRefused(get(get.substring(0, get.length() - 1)));
    assertRefused(get(get.replaceAll("\\?.*", "")));
    assertRefused(get(get + "&max=5"));
    assertRefused(put(put.replace("max=100", "max=1000"), "x"));
    assertRefused(put(put.replace("max=100&", ""), "x"));
    assertRefused(put(put.replace("guid-1", "guid-2"), "x"));
    assertThat(blobs.open(OTHER).orElseThrow()).hasContent("secret");
  }

  @Test
  void oneMethodIsNotTheOther() throws Exception {
    store(KEY, "hello");
    assertRefused(put(urls.get(KEY, VALID), "evil"));
    assertRefused(get(urls.put(KEY, VALID, 100)));
    assertRefused(get(urls.put(KEY, VALID, 0)));
    assertRefused(get(urls.put(KEY, VALID, 0).replace("max=0&", "")));
    assertThat(blobs.open(KEY).orElseThrow()).hasContent("hello");
  }

  @Test
  void anotherKeyIsAnotherSignature() throws Exception {
    store(KEY, "hello");
    byte[] other = SECRET.clone();
    other[0]++;
    assertRefused(get(signedWith(other).get(KEY, VALID)));
  }

  @Test
  void aPathThatIsNoKeyIsRefused() throws Exception {
    String get = urls.get(KEY, VALID);
    assertRefused(get(get.replace("guid-1", "..%2f..%2fetc")));
    assertRefused(get(get.replace("guid-1", ".hidden")));
  }

  @Test
  void aBodyOverTheLimitChangesNothing() throws Exception {
    store(KEY, "old");
    assertThat(put(urls.put(KEY, VALID, 4), "hello").statusCode()).isEqualTo(413);
    assertThat(blobs.open(KEY).orElseThrow()).hasContent("old");
    assertThat(root.resolve(".unfinished")).isEmptyDirectory();
    assertThat(put(urls.put(KEY, VALID, 5), "hello").statusCode()).isEqualTo(200);
  }

  @Test
  void anUploadThatBreaksOffChangesNothing() throws Exception {
    store(KEY, "old");
    URI url = URI.create(urls.put(KEY, VALID, 1 << 20));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      OutputStream out = socket.getOutputStream();
      String head =
          "PUT %s?%s HTTP/1.1\r\nHost: blobs\r\nContent-Length: 100000\r\n\r\nonly this"
              .formatted(url.getPath(), url.getQuery());
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      Eventually.until("the upload has begun", () -> children(root.resolve(".unfinished")) == 1);
    }
    Eventually.until("it is cleaned up", () -> children(root.resolve(".unfinished")) == 0);
    assertThat(blobs.open(KEY).orElseThrow()).hasContent("old");
  }

  @Test
  void aLargeBlobPassesBothWays() throws Exception {
    byte[] large = new byte[20 << 20];
    for (int i = 0; i < large.length; i += 1000) {
      large[i] = (byte) i;
    }
    URI put = URI.create(urls.put(KEY, VALID, large.length));
    HttpResponse<String> stored =
        client.send(
            HttpRequest.newBuilder(put).PUT(BodyPublishers.ofByteArray(large)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(stored.statusCode()).isEqualTo(200);
    HttpResponse<byte[]> got =
        client.send(
            HttpRequest.newBuilder(URI.create(urls.get(KEY, VALID))).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(got.body()).isEqualTo(large);
  }

  @Test
  void aShortSecretIsRefusedAndALongOneNotPrinted() {
    URI base = URI.create("http://127.0.0.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SignedUrls.Config(base, new byte[31]));
    assertThat(new SignedUrls.Config(base, SECRET)).hasToString("Config[base=http://127.0.0.1]");
  }

  private static long children(Path directory) {
    String[] names = directory.toFile().list();
    return names == null ? 0 : names.length;
  }

  private void store(BlobKey key, String content) {
    blobs.put(key, new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertRefused(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(Json.tree(response.body()).at("/errors/0/code").asInt()).isEqualTo(10003);
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> put(String url, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).PUT(BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
