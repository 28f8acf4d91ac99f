package bellows.uaa.keys;

import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.util.List;
import java.util.Map;

/** Publishes the keys with which others check our tokens. */
public final class KeysHandler {
  private final SigningKeys keys;

  public KeysHandler(SigningKeys keys) {
    this.keys = keys;
  }

  public List<Route> routes() {
    return List.of(Route.get("/token_keys", this::all), Route.get("/token_key", this::current));
  }

  private Reply all(Request request) {
    return Reply.ok(Map.of("keys", keys.all().stream().map(SigningKey::published).toList()));
  }

  private Reply current(Request request) {
    return Reply.ok(keys.current().published());
  }
}
