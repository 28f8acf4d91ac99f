package bellows.cloudcontroller.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Calls the API with one token, or none. */
public final class ApiClient {
  private final HttpClient client;
  private final int port;
  private final @Nullable String authorization;

  ApiClient(HttpClient client, int port, @Nullable String authorization) {
    this.client = client;
    this.port = port;
    this.authorization = authorization;
  }

  public Answer get(String path) {
    return send("GET", path, null, "application/json");
  }

  public Answer post(String path, String body) {
    return send("POST", path, body, "application/json");
  }

  public Answer patch(String path, String body) {
    return send("PATCH", path, body, "application/json");
  }

  public Answer delete(String path) {
    return send("DELETE", path, null, "application/json");
  }

  /** Posts and gives the new resource's guid. */
  public String create(String path, String body) {
    Answer answer = post(path, body);
    if (answer.status() != 201) {
      throw new AssertionError(path + ": " + answer.status() + " " + answer.text());
    }
    return answer.guid();
  }

  /** Deletes and waits for the job. */
  public Answer deleteWait(String path) {
    Answer promised = delete(path);
    if (promised.status() != 202) {
      throw new AssertionError(path + ": " + promised.status() + " " + promised.text());
    }
    return job(promised);
  }

  /** The job of a 202, once it ended. */
  public Answer job(Answer promised) {
    String location = URI.create(promised.header("Location")).getPath();
    for (int i = 0; i < 10; i++) {
      Answer job = get(location);
      if (!job.at("/state").equals("PROCESSING")) {
        return job;
      }
    }
    throw new AssertionError("the job does not end: " + location);
  }

  public Answer send(String method, String path, @Nullable String body, String contentType) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", contentType)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(method + " " + path, e);
    }
  }
}
