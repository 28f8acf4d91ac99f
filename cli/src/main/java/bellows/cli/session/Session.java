package bellows.cli.session;

import bellows.cli.api.Api;
import bellows.cli.api.ApiException;
import bellows.cli.api.Http;
import bellows.cli.api.Json;
import bellows.cli.api.Query;
import bellows.cli.api.Trace;
import bellows.cli.config.Config;
import bellows.cli.config.Config.Endpoints;
import bellows.cli.config.Config.Named;
import bellows.cli.config.Config.Tokens;
import bellows.cli.config.ConfigFile;
import bellows.cli.failure.CommandFailure;
import bellows.cli.terminal.Terminal;
import bellows.cli.time.Time;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One command's view of the platform: who is logged in where, with which target. Logs in by itself
 * on the platform's own machine. Used by one thread, but for {@link #authorization}.
 */
public final class Session implements Api.Bearer {
  /** The default target of a login that nobody asked for. */
  private static final String LOCAL_ORG = "main";

  private static final String LOCAL_SPACE = "dev";

  /** A token with less left is replaced before it is used. */
  private static final Duration LEAST_LEFT = Duration.ofSeconds(60);

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final ConfigFile file;
  private final Path data;
  private final Time time;
  private final Prompt prompt;
  private final Http http;
  private @Nullable Config config;

  /**
   * @param data the data directory of a platform on this machine, whether there is one or not
   */
  public Session(
      Terminal terminal, Map<String, String> environment, Time time, Path data, boolean traced) {
    this.terminal = terminal;
    this.environment = environment;
    this.file = ConfigFile.of(environment);
    this.data = data.toAbsolutePath().normalize();
    this.time = time;
    this.prompt = Prompt.of(terminal);
    this.http = new Http(time, new Trace(terminal, traced));
  }

  public Terminal terminal() {
    return terminal;
  }

  public Time time() {
    return time;
  }

  public Http http() {
    return http;
  }

  public Prompt prompt() {
    return prompt;
  }

  /** Empty when it is not set. */
  public String environment(String name) {
    return environment.getOrDefault(name, "");
  }

  /** The API with a login; logs in first where that needs nobody's help. */
  public Api api() {
    return api(loggedIn());
  }

  private Api api(Config current) {
    return new Api(http, URI.create(current.endpoints().api()), this, terminal, time);
  }

  public String user() {
    return AccessToken.subject(loggedIn().tokens().access());
  }

  /** UAA's id of the user; empty for a client. */
  public String userId() {
    return AccessToken.claims(loggedIn().tokens().access()).text("user_id");
  }

  /** Finds the platform at {@code api} and forgets who was logged in elsewhere. */
  public void connect(String api) {
    String address = api.contains("://") ? api : "https://" + api;
    remember(Config.EMPTY.with(Uaa.discover(http, address)));
  }

  /** Forgets everything. */
  public void disconnect() {
    remember(Config.EMPTY);
  }

  /** Logs a user in at the connected platform; the target stays for the same platform. */
  public void login(String user, String password, @Nullable String origin) {
    remember(connected().with(uaa().password(user, password, origin)).locally(""));
  }

  /** Logs a client in, which has no refresh token: its secret is kept. */
  public void loginAsClient(String id, String secret) {
    remember(connected().with(uaa().clientCredentials(id, secret)).locally(""));
  }

  /** Ends the login; the platform's address stays known. */
  public void logout() {
    Config known = config();
    if (!known.tokens().access().isEmpty()) {
      uaa().revoke(known.tokens());
    }
    remember(Config.EMPTY.with(known.endpoints()));
  }

  /** A call to UAA's own API. */
  public Json userApi(String method, String path, Json body) {
    return new Uaa(http, endpoints()).call(method, path, body, authorization());
  }

  private Uaa uaa() {
    return new Uaa(http, connected().endpoints());
  }

  private Config connected() {
    Config known = config();
    if (known.endpoints().api().isEmpty()) {
      throw CommandFailure.of(
          "No API endpoint set", "name it: 'bellows login -a http://127.0.0.1:8081'.");
    }
    return known;
  }

  public Endpoints endpoints() {
    return loggedIn().endpoints();
  }

  /** The targeted org; ends the command when there is none. */
  public Named org() {
    Named org = loggedIn().org();
    if (org == null) {
      throw CommandFailure.of(
          "No org targeted", "use 'bellows target -o ORG', 'bellows orgs' lists them.");
    }
    return org;
  }

  /** The targeted space; ends the command when there is none. */
  public Named space() {
    org();
    Named space = loggedIn().space();
    if (space == null) {
      throw CommandFailure.of(
          "No space targeted", "use 'bellows target -s SPACE', 'bellows spaces' lists them.");
    }
    return space;
  }

  /** {@code org main / space dev as admin}, for the first line of a command. */
  public String where() {
    return "org "
        + terminal.style().name(org().name())
        + " / space "
        + terminal.style().name(space().name())
        + " as "
        + terminal.style().name(user());
  }

  /** What is remembered, whether logged in or not. */
  public Config config() {
    Config known = config;
    if (known == null) {
      known = file.read();
      config = known;
    }
    return known;
  }

  /** Remembers {@code changed}, now and for the next command. */
  private void remember(Config changed) {
    file.write(changed);
    config = changed;
  }

  /** Changes the target. */
  public void target(@Nullable Named org, @Nullable Named space) {
    remember(loggedIn().targeting(org, space));
  }

  /** What is targeted now, if anything. */
  public Config current() {
    return loggedIn();
  }

  private Config loggedIn() {
    Config known = config();
    boolean own = known.local().isEmpty() && !known.tokens().access().isEmpty();
    if (own) {
      return known;
    }
    Optional<LocalAdmin> admin = LocalAdmin.at(data);
    if (admin.isEmpty()) {
      throw CommandFailure.of(
          "Not logged in",
          "use 'bellows login -a URL'; on the platform's own machine 'bellows up --detach' starts"
              + " it and needs no login.");
    }
    boolean same =
        known.local().equals(admin.get().platform())
            && known.endpoints().api().equals(admin.get().api())
            && !known.tokens().access().isEmpty();
    return same ? known : loginAgain(known, admin.get());
  }

  private Config loginLocally(LocalAdmin admin) {
    Endpoints endpoints = Uaa.discover(http, admin.api());
    Tokens tokens = new Uaa(http, endpoints).password(admin.user(), admin.password(), null);
    Config fresh = Config.EMPTY.with(endpoints).with(tokens).locally(admin.platform());
    config = fresh;
    Named org = find(Query.of("/v3/organizations").named("names", LOCAL_ORG));
    Named space =
        org == null
            ? null
            : find(
                Query.of("/v3/spaces")
                    .named("names", LOCAL_SPACE)
                    .with("organization_guids", org.guid()));
    remember(fresh.targeting(org, space));
    return config();
  }

  private @Nullable Named find(Query query) {
    return api(config())
        .first(query)
        .map(found -> new Named(found.text("guid"), found.text("name")))
        .orElse(null);
  }

  @Override
  public synchronized String authorization() {
    Config current = loggedIn();
    Instant goodUntil = AccessToken.expiry(current.tokens().access()).minus(LEAST_LEFT);
    if (!time.now().isBefore(goodUntil)) {
      current = refreshed(current);
    }
    return "bearer " + current.tokens().access();
  }

  @Override
  public synchronized boolean renew() {
    try {
      refreshed(loggedIn());
      return true;
    } catch (CommandFailure e) {
      return false;
    }
  }

  private Config refreshed(Config current) {
    try {
      remember(current.with(new Uaa(http, current.endpoints()).refresh(current.tokens())));
      return config();
    } catch (ApiException e) {
      Optional<LocalAdmin> admin =
          current.local().isEmpty() ? Optional.empty() : LocalAdmin.at(data);
      if (admin.isPresent()) {
        return loginAgain(current, admin.get());
      }
      throw CommandFailure.of("Your login has ended", "use 'bellows login' to log in again.");
    }
  }

  /**
   * The platform may be another one than before, with other guids: the target is looked up anew.
   */
  private Config loginAgain(Config current, LocalAdmin admin) {
    try {
      Config fresh = loginLocally(admin);
      Named org = current.org();
      Named space = current.space();
      Named freshOrg = fresh.org();
      boolean samePlatform = org != null && org.equals(freshOrg);
      if (samePlatform && space != null) {
        remember(fresh.targeting(org, space));
      }
      return config();
    } catch (ApiException e) {
      throw e.toFailure();
    }
  }
}
