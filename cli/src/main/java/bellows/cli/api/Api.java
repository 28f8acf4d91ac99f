package bellows.cli.api;

import bellows.cli.failure.CommandFailure;
import bellows.cli.terminal.Terminal;
import bellows.cli.time.Polling;
import bellows.cli.time.Time;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The V3 API with the user's token. Every method throws {@link ApiException} on a refusal. */
public final class Api {
  /** Gives a token that is good for the next call. */
  public interface Bearer {
    /** The whole value of the Authorization header. */
    String authorization();

    /**
     * Called when the server refused the token before its time; false when no other is to be had.
     */
    boolean renew();
  }

  private static final Duration JOB = Duration.ofMinutes(30);
  private static final String JSON = "application/json";

  private final Http http;
  private final URI base;
  private final Bearer bearer;
  private final Terminal terminal;
  private final Time time;

  public Api(Http http, URI base, Bearer bearer, Terminal terminal, Time time) {
    this.http = http;
    this.base = base;
    this.bearer = bearer;
    this.terminal = terminal;
    this.time = time;
  }

  public Json get(String path) {
    return checked(Call.of("GET", resolve(path)).with("Accept", JSON)).json();
  }

  /** Empty when it does not exist. */
  public Optional<Json> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (ApiException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The first resource of a list. */
  public Optional<Json> first(Query query) {
    Json page = get(query.with("per_page", "1").with("page", "1").path());
    return page.items("resources").stream().findFirst();
  }

  /** The resources of all pages. */
  public List<Json> all(String path) {
    List<Json> resources = new ArrayList<>();
    for (Json page : pages(path)) {
      resources.addAll(page.items("resources"));
    }
    return resources;
  }

  /** All pages, for what stands beside the resources. */
  public List<Json> pages(String path) {
    List<Json> pages = new ArrayList<>();
    String next = path;
    while (!next.isEmpty()) {
      Json page = get(next);
      pages.add(page);
      next = page.text("pagination", "next", "href");
    }
    return pages;
  }

  public Json post(String path, Json body) {
    return send("POST", path, body).json();
  }

  public Json patch(String path, Json body) {
    return send("PATCH", path, body).json();
  }

  /** An answer that may be a job; see {@link #await}. */
  public Answer send(String method, String path, Json body) {
    Call call = Call.of(method, resolve(path)).with("Accept", JSON);
    return checked(
        body.present()
            ? call.with(JSON, Call.Body.Bytes.of(body.write()))
            : call.with("Content-Type", JSON));
  }

  public Answer send(String method, String path, String contentType, Call.Body body) {
    return checked(Call.of(method, resolve(path)).with("Accept", JSON).with(contentType, body));
  }

  /** Deletes and waits until it is gone. */
  public void delete(String path) {
    await(checked(Call.of("DELETE", resolve(path)).with("Accept", JSON)));
  }

  /** The answer whatever its status, for {@code curl}. */
  public Answer exchange(Call call) {
    return http.send(call.with("Authorization", bearer.authorization()));
  }

  /** A path of the API, or a whole address that the API gave. */
  public URI resolve(String path) {
    return path.startsWith("http://") || path.startsWith("https://")
        ? URI.create(path)
        : URI.create(base + (path.startsWith("/") ? "" : "/") + path);
  }

  /** Waits for the job that {@code answer} points to, if it does. */
  public void await(Answer answer) {
    String job = answer.header("location");
    if (answer.status() != 202 || job.isEmpty()) {
      return;
    }
    Polling polling = new Polling(time, JOB);
    do {
      Json state = get(job);
      state.items("warnings").forEach(warning -> terminal.warn(warning.text("detail")));
      switch (state.text("state")) {
        case "COMPLETE" -> {
          return;
        }
        case "FAILED" -> throw failedJob(state);
        default -> {} // PROCESSING or POLLING: look again
      }
    } while (polling.again());
    throw CommandFailure.of(
        "The platform is still at it after " + JOB.toMinutes() + " minutes",
        "look again with 'bellows curl " + URI.create(job).getPath() + "'.");
  }

  private static ApiException failedJob(Json job) {
    List<Json> errors = job.items("errors");
    Json error = errors.isEmpty() ? Json.of(null) : errors.getFirst();
    String detail = error.text("detail");
    return new ApiException(
        422, error.text("title"), detail.isEmpty() ? "The job failed without a reason" : detail);
  }

  private Answer checked(Call call) {
    Answer answer = exchange(call);
    if (answer.status() == 401 && bearer.renew()) {
      answer = exchange(call);
    }
    warnings(answer);
    if (!answer.successful()) {
      throw ApiException.from(answer);
    }
    return answer;
  }

  private void warnings(Answer answer) {
    String header = answer.header("x-cf-warnings");
    if (!header.isEmpty()) {
      for (String warning : header.split(",", -1)) {
        terminal.warn(URLDecoder.decode(warning.strip(), StandardCharsets.UTF_8));
      }
    }
  }
}
