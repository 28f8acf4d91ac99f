package bellows.cli;

import bellows.cli.api.Json;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A platform as reference/api.md describes it, as far as a push and its app go, in memory and
 * always the same: guids count, times stand still. A build runs for two looks at it, and a start
 * for one.
 */
final class FakePlatform implements AutoCloseable {
  static final String PASSWORD = "correct horse";
  private static final String CREATED = "2026-11-25T22:00:00Z";
  private static final Json NOTHING = Json.object();

  /** What the next build does. */
  enum Build {
    SUCCEEDS,
    FAILS
  }

  /** One app and all that belongs to it. */
  private static final class App {
    final String guid;
    final String name;
    String state = "STOPPED";
    int instances = 1;
    int memory = 1024;
    @Nullable String droplet;
    final Map<String, String> env = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    int looksAtStats;

    App(String guid, String name) {
      this.guid = guid;
      this.name = name;
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, App> apps = new LinkedHashMap<>();
  private final Map<String, String> knownFiles = new TreeMap<>();
  private final Map<String, Integer> looksAtBuild = new TreeMap<>();
  private final Map<String, App> packages = new TreeMap<>();

  /** Every request, as {@code GET /v3/apps?names=shop}. */
  final List<String> requests = new ArrayList<>();

  /** Names of the files of the last upload. */
  final List<String> uploaded = new ArrayList<>();

  /** Change sets of every app, newest first; a page has two of them. */
  final List<Json> history = new ArrayList<>();

  /** The last wake that was scheduled. */
  String wake = "";

  /** The last manifest that was applied. */
  String manifest = "";

  Build build = Build.SUCCEEDS;
  boolean crashes;
  long tokenSeconds = 600;
  private String token = "";
  private int tokens;

  FakePlatform() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Ends all tokens, as a platform with new keys would. */
  synchronized void forgetTokens() {
    token = "none";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getRawQuery();
    requests.add(exchange.getRequestMethod() + " " + path + (query == null ? "" : "?" + query));
    Map<String, String> parameters = parameters(query == null ? "" : query);
    try (exchange) {
      String sent = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      boolean open = path.equals("/") || path.equals("/oauth/token");
      if (!open && !sent.equals("bearer " + token)) {
        reply(exchange, 401, error(1000, "CF-InvalidAuthToken", "Invalid Auth Token"));
        return;
      }
      answer(exchange, exchange.getRequestMethod() + " " + path, parameters, body);
    }
  }

  private void answer(
      HttpExchange exchange, String call, Map<String, String> parameters, byte[] body)
      throws IOException {
    String[] parts = call.substring(call.indexOf(' ') + 1).split("/", -1);
    String text = new String(body, StandardCharsets.UTF_8);
    String shape =
        call.replaceAll("/(app|process|package|build|droplet|space|org|route)-\\d+", "/:g")
            .replaceAll("/read/.*", "/read/:g");
    switch (shape) {
      case "GET /" -> reply(exchange, 200, root());
      case "POST /oauth/token" -> token(exchange, text);
      case "GET /v3/organizations" -> reply(exchange, 200, list(named("org-1", "main")));
      case "GET /v3/spaces" -> reply(exchange, 200, list(named("space-1", "dev")));
      case "POST /v3/spaces/:g/manifest_diff" -> reply(exchange, 201, diff(text));
      case "POST /v3/spaces/:g/actions/apply_manifest" -> apply(exchange, text);
      case "GET /v3/jobs/1" -> reply(exchange, 200, Json.object("state", "COMPLETE"));
      case "GET /v3/apps" -> reply(exchange, 200, list(appsNamed(parameters.get("names"))));
      case "DELETE /v3/apps/:g" -> {
        apps.values().removeIf(app -> app.guid.equals(parts[3]));
        job(exchange);
      }
      case "POST /v3/resource_matches" ->
          reply(exchange, 200, Json.object("resources", matches(Json.parse(text))));
      case "POST /v3/packages" -> {
        String app = Json.parse(text).text("relationships", "app", "data", "guid");
        packages.put("package-" + (packages.size() + 1), app(app));
        reply(exchange, 201, packageIn("package-" + packages.size(), "AWAITING_UPLOAD"));
      }
      case "POST /v3/packages/:g/upload" -> {
        upload(body, exchange.getRequestHeaders().getFirst("Content-Type"));
        reply(exchange, 200, packageIn(parts[3], "PROCESSING_UPLOAD"));
      }
      case "GET /v3/packages/:g" -> reply(exchange, 200, packageIn(parts[3], "READY"));
      case "POST /v3/builds" -> startBuild(exchange, Json.parse(text).text("package", "guid"));
      case "GET /v3/builds/:g" -> reply(exchange, 200, lookAtBuild(parts[3]));
      case "PATCH /v3/apps/:g/relationships/current_droplet" -> {
        app(parts[3]).droplet = Json.parse(text).text("data", "guid");
        reply(exchange, 200, Json.parse(text));
      }
      case "POST /v3/apps/:g/actions/restart", "POST /v3/apps/:g/actions/start" ->
          start(exchange, app(parts[3]));
      case "POST /v3/apps/:g/actions/stop" -> {
        app(parts[3]).state = "STOPPED";
        reply(exchange, 200, resource(app(parts[3])));
      }
      case "POST /v3/apps/:g/processes/web/actions/scale" -> {
        app(parts[3]).instances = (int) Json.parse(text).number("instances");
        reply(exchange, 202, process(app(parts[3])));
      }
      case "GET /v3/apps/:g/processes" -> reply(exchange, 200, list(process(app(parts[3]))));
      case "GET /v3/processes" ->
          reply(exchange, 200, list(apps.values().stream().map(this::embedded).toList()));
      case "GET /v3/processes/:g" -> reply(exchange, 200, process(appOfProcess(parts[3])));
      case "GET /v3/processes/:g/stats" -> reply(exchange, 200, stats(appOfProcess(parts[3])));
      case "GET /v3/apps/:g/routes" -> reply(exchange, 200, list(route(app(parts[3]))));
      case "GET /v3/routes" ->
          reply(exchange, 200, list(apps.values().stream().map(FakePlatform::route).toList()));
      case "GET /v3/service_instances" ->
          reply(exchange, 200, list(named("service-1", "guard"), named("service-2", "audit")));
      case "GET /v3/service_route_bindings" -> reply(exchange, 200, list(binding("service-2")));
      case "GET /v3/domains" ->
          reply(exchange, 200, list(domain(parameters.getOrDefault("names", ""))));
      case "POST /v3/routes" -> reply(exchange, 201, tcpRoute(Json.parse(text)));
      case "POST /v3/routes/:g/destinations" -> reply(exchange, 200, NOTHING);
      case "GET /v3/apps/:g/droplets/current" -> droplet(exchange, app(parts[3]));
      case "GET /bellows/v1/apps/:g/history" -> reply(exchange, 200, changes(parts[4], parameters));
      case "POST /bellows/v1/apps/:g/wakes" -> {
        wake = text;
        reply(exchange, 201, Json.object("next_at", "2030-01-31T03:00:00Z"));
      }
      case "GET /v3/deployments" -> reply(exchange, 200, list(List.of()));
      case "PATCH /v3/apps/:g/environment_variables" -> {
        Json.parse(text)
            .members("var")
            .forEach((name, value) -> app(parts[3]).env.put(name, value.text()));
        reply(exchange, 200, NOTHING);
      }
      case "GET /api/v1/read/:g" -> reply(exchange, 200, log(app(parts[4]), parameters));
      default -> reply(exchange, 404, error(10000, "CF-NotFound", "Unknown request"));
    }
  }

  private Json root() {
    Json here = Json.object("href", address());
    return Json.object("links", Json.object("login", here, "uaa", here, "log_cache", here));
  }

  private void token(HttpExchange exchange, String form) throws IOException {
    Map<String, String> fields = parameters(form);
    boolean good =
        PASSWORD.equals(fields.get("password")) || "refresh".equals(fields.get("refresh_token"));
    boolean refused = "none".equals(token) && fields.containsKey("refresh_token");
    if (!good || refused) {
      reply(
          exchange,
          401,
          Json.object("error", "unauthorized", "error_description", "Bad credentials"));
      return;
    }
    String claims =
        Json.object(
                "user_name",
                "admin",
                "user_id",
                "user-1",
                "origin",
                "uaa",
                "n",
                ++tokens,
                "exp",
                FakeTime.START.getEpochSecond() + tokenSeconds)
            .write();
    token =
        "e30."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
            + ".sig";
    reply(
        exchange,
        200,
        Json.object("access_token", token, "refresh_token", "refresh", "token_type", "bearer"));
  }

  private static Json diff(String yaml) {
    List<Json> operations = new ArrayList<>();
    if (yaml.contains("memory: 64M")) {
      operations.add(
          Json.object(
              "op", "replace", "path", "/applications/0/memory", "was", "1024M", "value", "64M"));
    }
    return Json.object("diff", operations);
  }

  private void apply(HttpExchange exchange, String yaml) throws IOException {
    manifest = yaml;
    for (String line : yaml.lines().toList()) {
      String name = line.replaceFirst("^[- ]*name: ", "");
      if (!name.equals(line)) {
        apps.computeIfAbsent(name, key -> new App("app-" + (apps.size() + 1), key));
      }
    }
    job(exchange);
  }

  private void job(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Location", address() + "/v3/jobs/1");
    exchange.sendResponseHeaders(202, -1);
  }

  private List<Json> appsNamed(@Nullable String name) {
    return apps.values().stream()
        .filter(app -> name == null || app.name.equals(name))
        .map(FakePlatform::resource)
        .toList();
  }

  private List<Json> matches(Json request) {
    return request.items("resources").stream()
        .filter(each -> knownFiles.containsKey(each.text("checksum", "value")))
        .toList();
  }

  private void upload(byte[] body, String contentType) throws IOException {
    String boundary = "--" + contentType.substring(contentType.indexOf("boundary=") + 9);
    String text = new String(body, StandardCharsets.ISO_8859_1);
    uploaded.clear();
    for (String part : text.split(java.util.regex.Pattern.quote(boundary), -1)) {
      int start = part.indexOf("\r\n\r\n") + 4;
      if (part.contains("name=\"bits\"")) {
        byte[] zip = part.substring(start, part.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
        unpack(zip);
      }
    }
  }

  private void unpack(byte[] bytes) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        uploaded.add(entry.getName());
        byte[] content = zip.readAllBytes();
        knownFiles.put(sha1(content), entry.getName());
      }
    }
  }

  private static String sha1(byte[] content) {
    try {
      return java.util.HexFormat.of()
          .formatHex(java.security.MessageDigest.getInstance("SHA-1").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Json packageIn(String guid, String state) {
    return Json.object("guid", guid, "state", state);
  }

  private void startBuild(HttpExchange exchange, String packageGuid) throws IOException {
    App app = packages.getOrDefault(packageGuid, new App("", ""));
    String guid = "build-" + packageGuid.substring("package-".length());
    looksAtBuild.put(guid, 0);
    app.log.add("STG OUT -----> Static files");
    reply(exchange, 201, Json.object("guid", guid, "state", "STAGING"));
  }

  private Json lookAtBuild(String guid) {
    App app = packages.getOrDefault(guid.replace("build", "package"), new App("", ""));
    int looks = looksAtBuild.merge(guid, 1, Integer::sum);
    if (looks < 3) {
      return Json.object("guid", guid, "state", "STAGING");
    }
    if (build == Build.FAILS) {
      app.log.add("STG ERR npm error 404 Not Found: no-such-package");
      return Json.object(
          "guid", guid,
          "state", "FAILED",
          "error", "BuildpackCompileFailed - npm ended with exit code 1");
    }
    app.log.add("STG OUT        done");
    return Json.object(
        "guid",
        guid,
        "state",
        "STAGED",
        "droplet",
        Json.object("guid", guid.replace("build", "droplet")));
  }

  private void start(HttpExchange exchange, App app) throws IOException {
    app.state = "STARTED";
    app.looksAtStats = 0;
    app.log.add(
        crashes
            ? "APP/PROC/WEB ERR Error: listen only on port 3000"
            : "APP/PROC/WEB OUT listening on 8080");
    reply(exchange, 200, resource(app));
  }

  private Json stats(App app) {
    app.looksAtStats++;
    boolean up = app.looksAtStats > 1;
    String state =
        app.state.equals("STOPPED") ? "DOWN" : !up ? "STARTING" : crashes ? "CRASHED" : "RUNNING";
    List<Json> instances = new ArrayList<>();
    for (int index = 0; index < app.instances; index++) {
      instances.add(
          Json.object(
              "type",
              "web",
              "index",
              index,
              "state",
              state,
              "uptime",
              5,
              "mem_quota",
              (long) app.memory << 20,
              "disk_quota",
              1L << 30,
              "details",
              state.equals("CRASHED") ? "the app does not listen on port 8080" : null,
              "usage",
              Json.object("cpu", 0.0125, "mem", 20L << 20, "disk", 3L << 20, "log_rate", 0)));
    }
    return Json.object("resources", instances);
  }

  private static Json process(App app) {
    return Json.object(
        "guid",
        app.guid.replace("app", "process"),
        "type",
        "web",
        "command",
        "serve public",
        "instances",
        app.instances,
        "memory_in_mb",
        app.memory,
        "relationships",
        Json.object("app", Json.reference(app.guid)));
  }

  private Json embedded(App app) {
    Map<String, Json> members = process(app).members();
    members.put(
        "process_instances",
        Json.of(
            app.state.equals("STARTED") && !crashes
                ? List.of(Json.object("index", 0, "state", "RUNNING", "since", 5))
                : List.of()));
    return Json.of(members);
  }

  private static Json route(App app) {
    return Json.object(
        "guid", app.guid.replace("app", "route"),
        "url", app.name + ".bellows.localhost",
        "destinations", List.of(Json.object("app", Json.object("guid", app.guid))));
  }

  /** Of the first app's route. */
  private static Json binding(String instance) {
    return Json.object(
        "relationships",
        Json.object(
            "service_instance", Json.reference(instance), "route", Json.reference("route-1")));
  }

  private static Json domain(String name) {
    return Json.object(
        "guid",
        "domain-1",
        "name",
        name,
        "supported_protocols",
        List.of(name.startsWith("tcp.") ? "tcp" : "http"));
  }

  /** Who names no port gets this one. */
  private static Json tcpRoute(Json wanted) {
    long port = wanted.at("port").present() ? wanted.number("port") : 1029;
    return Json.object("guid", "route-9", "url", "tcp.bellows.localhost:" + port);
  }

  private static void droplet(HttpExchange exchange, App app) throws IOException {
    if (app.droplet == null) {
      reply(exchange, 404, error(10010, "CF-ResourceNotFound", "Droplet not found"));
      return;
    }
    reply(
        exchange,
        200,
        Json.object(
            "guid",
            app.droplet,
            "created_at",
            CREATED,
            "stack",
            "debian",
            "buildpacks",
            List.of(Json.object("name", "static", "version", "1.0", "detect_output", "static"))));
  }

  private Json changes(String app, Map<String, String> parameters) {
    String except = parameters.getOrDefault("actors[not]", "");
    int page = Integer.parseInt(parameters.getOrDefault("page", "1"));
    List<Json> sets =
        history.stream()
            .filter(set -> !set.text("actor").equals(except))
            .skip((page - 1) * 2L)
            .toList();
    Json next =
        Json.object(
            "href",
            "%s/bellows/v1/apps/%s/history?actors%%5Bnot%%5D=%s&page=%d"
                .formatted(address(), app, except, page + 1));
    return Json.object(
        "pagination",
        Json.object("next", sets.size() > 2 ? next : null),
        "resources",
        sets.stream().limit(2).toList());
  }

  /** As log-cache does: ascending from {@code start_time}, or the newest first. */
  private static Json log(App app, Map<String, String> parameters) {
    long first = FakeTime.START.getEpochSecond() * 1_000_000_000L;
    long start = Long.parseLong(parameters.getOrDefault("start_time", "0"));
    int limit = Integer.parseInt(parameters.getOrDefault("limit", "100"));
    List<Json> batch = new ArrayList<>();
    for (int i = 0; i < app.log.size(); i++) {
      long time = first + i * 10_000_000L;
      String[] line = app.log.get(i).split(" ", 3);
      if (time >= start) {
        batch.add(
            Json.object(
                "timestamp", Long.toString(time),
                "instance_id", "0",
                "tags", Json.object("source_type", line[0]),
                "log",
                    Json.object(
                        "payload",
                        Base64.getEncoder()
                            .encodeToString(line[2].getBytes(StandardCharsets.UTF_8)),
                        "type",
                        line[1])));
      }
    }
    if ("true".equals(parameters.get("descending"))) {
      batch = batch.reversed();
    }
    batch = batch.subList(0, Math.min(limit, batch.size()));
    return Json.object("envelopes", Json.object("batch", batch));
  }

  private App app(String guid) {
    return apps.values().stream()
        .filter(app -> app.guid.equals(guid))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no app " + guid));
  }

  private App appOfProcess(String guid) {
    return app(guid.replace("process", "app"));
  }

  /** What the app's environment holds. */
  Map<String, String> env(String app) {
    return apps.getOrDefault(app, new App("", "")).env;
  }

  private static Json resource(App app) {
    return Json.object("guid", app.guid, "name", app.name, "state", app.state);
  }

  private static Json named(String guid, String name) {
    return Json.object("guid", guid, "name", name);
  }

  private static Json list(Json... resources) {
    return list(List.of(resources));
  }

  private static Json list(List<Json> resources) {
    return Json.object("pagination", Json.object("next", null), "resources", resources);
  }

  private static Json error(int code, String title, String detail) {
    return Json.object(
        "errors", List.of(Json.object("code", code, "title", title, "detail", detail)));
  }

  private static void reply(HttpExchange exchange, int status, Json json) throws IOException {
    byte[] body = json.write().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new TreeMap<>();
    Arrays.stream(query.split("&", -1))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> parameters.put(decode(pair[0]), decode(pair[1])));
    return parameters;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
