package bellows.cli.api;

import bellows.cli.failure.CommandFailure;
import bellows.cli.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests: the old {@code HttpURLConnection}, because the new client takes a hundred
 * milliseconds to load; PATCH, which the old one cannot, goes through the new one.
 */
public final class Http {
  private static final Duration CONNECT = Duration.ofSeconds(6);
  // The server answers within seconds; the longest is an upload's last answer.
  private static final Duration READ = Duration.ofMinutes(5);
  private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "PUT", "PATCH", "DELETE");
  private static final Set<Integer> PASSING = Set.of(502, 503, 504);
  private static final int ATTEMPTS = 3;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(300);

  static {
    // So that a name under .localhost can be called at the loopback address with its own Host.
    System.setProperty("sun.net.http.allowRestrictedHeaders", "true");
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
  }

  private final Time time;
  private final Trace trace;

  public Http(Time time, Trace trace) {
    this.time = time;
    this.trace = trace;
  }

  /**
   * Sends {@code call}; tries again what is safe to repeat and failed on the way.
   *
   * @throws CommandFailure when no answer came
   */
  public Answer send(Call call) {
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt == ATTEMPTS || !REPEATABLE.contains(call.method());
      try {
        Answer answer = once(call);
        if (last || !PASSING.contains(answer.status())) {
          return answer;
        }
      } catch (ConnectException | UnknownHostException e) {
        // Nobody there: that does not pass within a second.
        throw unreachable(call, e);
      } catch (IOException e) {
        if (last) {
          throw unreachable(call, e);
        }
      }
      time.pause(BETWEEN_ATTEMPTS.multipliedBy(attempt));
    }
  }

  private Answer once(Call call) throws IOException {
    trace.request(call);
    Call reachable = atLoopback(call);
    Answer answer = call.method().equals("PATCH") ? patch(reachable) : exchange(reachable);
    trace.answer(answer);
    return answer;
  }

  /** Names under {@code .localhost} are this machine (RFC 6761), though many resolvers miss it. */
  private static Call atLoopback(Call call) {
    URI uri = call.uri();
    String host = uri.getHost();
    if (host == null || !host.endsWith(".localhost")) {
      return call;
    }
    try {
      URI loopback =
          new URI(
              uri.getScheme()
                  + "://127.0.0.1"
                  + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                  + uri.getRawPath()
                  + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
      return new Call(call.method(), loopback, call.headers(), call.body())
          .with("Host", uri.getRawAuthority());
    } catch (URISyntaxException e) {
      return call;
    }
  }

  private static Answer exchange(Call call) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) call.uri().toURL().openConnection();
    connection.setRequestMethod(call.method());
    connection.setConnectTimeout((int) CONNECT.toMillis());
    connection.setReadTimeout((int) READ.toMillis());
    connection.setInstanceFollowRedirects(false);
    call.headers().forEach(connection::setRequestProperty);
    write(connection, call.body());
    int status = connection.getResponseCode();
    Map<String, List<String>> headers = new TreeMap<>();
    connection
        .getHeaderFields()
        .forEach((name, values) -> {
          if (name != null) { // the status line has no name
            headers.put(name.toLowerCase(Locale.ROOT), values);
          }
        });
    InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
    if (stream == null) {
      return new Answer(status, headers, new byte[0]);
    }
    try (stream) {
      return new Answer(status, headers, stream.readAllBytes());
    }
  }

  private static void write(HttpURLConnection connection, Call.@Nullable Body body)
      throws IOException {
    switch (body) {
      case null -> {
        if (connection.getRequestMethod().equals("POST")) {
          connection.setDoOutput(true);
          connection.setFixedLengthStreamingMode(0);
          connection.getOutputStream().close();
        }
      }
      case Call.Body.Bytes bytes -> {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(bytes.bytes().length);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(bytes.bytes());
        }
      }
      case Call.Body.Stream stream -> {
        connection.setDoOutput(true);
        connection.setChunkedStreamingMode(64 * 1024);
        try (OutputStream out = connection.getOutputStream()) {
          stream.writer().writeTo(out);
        } catch (IOException e) {
          // A server that refuses an upload answers before it has read it all: prefer its words.
          if (!answered(connection)) {
            throw e;
          }
        }
      }
    }
  }

  private static boolean answered(HttpURLConnection connection) {
    try {
      return connection.getResponseCode() >= 400;
    } catch (IOException e) {
      return false;
    }
  }

  private static Answer patch(Call call) throws IOException {
    byte[] body = call.body() instanceof Call.Body.Bytes bytes ? bytes.bytes() : new byte[0];
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .timeout(READ)
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body));
    call.headers().forEach(request::header);
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build()) {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.of("Interrupted");
    }
  }

  private static CommandFailure unreachable(Call call, IOException cause) {
    String server = call.uri().getScheme() + "://" + call.uri().getRawAuthority();
    return switch (cause) {
      case UnknownHostException _ ->
          CommandFailure.of(
              "Cannot find the host of " + server, "check the address with 'bellows api'.");
      case ConnectException _ ->
          CommandFailure.of(
              "Nothing answers at " + server,
              "'bellows status' says whether the platform runs on this machine, 'bellows up"
                  + " --detach' starts it.");
      case SocketTimeoutException _ ->
          CommandFailure.of(
              server + " did not answer in time", "try again; -v shows each request.");
      case SSLException _ ->
          CommandFailure.of(
              "The certificate of " + server + " is not trusted: " + cause.getMessage(),
              "add its authority to the JDK's trust store.");
      default ->
          CommandFailure.of(
              "The connection to " + server + " failed: " + cause.getMessage(),
              "try again; -v shows each request.");
    };
  }
}
