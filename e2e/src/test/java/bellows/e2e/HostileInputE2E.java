package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.testing.Eventually;
import bellows.testkit.CommandResult;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Input that no good client sends gets a clear answer, and nothing but that: whatever the lists and
 * the directories held before, they hold after each test, and nothing more.
 */
class HostileInputE2E {
  private static final String FORM = "multipart/form-data; boundary=b";

  private static Platform platform;
  private static Api admin;
  private static String space;
  private static String app;

  @TempDir Path directory;
  private List<String> before;
  private List<String> filesBefore;

  @BeforeAll
  static void start() {
    platform = Platform.start("bhostile", 246);
    admin = Api.of(platform);
    space = admin.first("/v3/spaces");
    app = admin.post("/v3/apps", app("victim", "")).guid();
  }

  @AfterAll
  static void stop() {
    admin.close();
    platform.close();
  }

  @BeforeEach
  void remember() {
    before = admin.everything();
    filesBefore = files();
  }

  @AfterEach
  void nothingChangedAndNothingIsLeft() {
    assertThat(admin.everything()).isEqualTo(before);
    Eventually.until("no file is left", Duration.ofSeconds(10), () -> files().equals(filesBefore));
    assertThat(platform.logTail()).as("bad input is no failure of ours").doesNotContain(" ERROR ");
  }

  /** Where what is sent goes. */
  private static List<String> files() {
    List<String> files = new ArrayList<>();
    for (String place : List.of("uploads", "blobs", "dea/staging/tasks", "dea/instances")) {
      try (Stream<Path> walk = Files.walk(platform.data().resolve(place))) {
        walk.filter(Files::isRegularFile).map(Path::toString).sorted().forEach(files::add);
      } catch (IOException | UncheckedIOException e) {
        files.add(place + " changes"); // seen again in a moment
      }
    }
    return files;
  }

  private static String app(String name, String more) {
    return "{\"name\":%s%s,\"relationships\":{\"space\":{\"data\":{\"guid\":\"%s\"}}}}"
        .formatted(Json.text(name), more, space);
  }

  private static String newPackage() {
    return admin
        .post(
            "/v3/packages",
            "{\"type\":\"bits\",\"relationships\":{\"app\":{\"data\":{\"guid\":\"%s\"}}}}"
                .formatted(app))
        .guid();
  }

  private static void refused(Api.Answer answer, int status, String title, String detail) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.title()).isEqualTo(title);
    assertThat(answer.detail()).contains(detail);
  }

  @Test
  void archivesThatReachOutOfTheirTreeOrHaveNoEnd() {
    Map<String, byte[]> archives =
        Map.of(
            "'../../evil' has a '..'", new Zips().file("../../evil", "x").bytes(),
            "'/etc/evil' is absolute", new Zips().file("/etc/evil", "x").bytes(),
            "leads out of the tree",
                new Zips()
                    .entry("link", Zips.LINK, "/etc/passwd".getBytes(StandardCharsets.UTF_8))
                    .bytes(),
            "behind the link",
                new Zips()
                    .entry("up", Zips.LINK, ".".getBytes(StandardCharsets.UTF_8))
                    .file("up/evil", "x")
                    .bytes(),
            "is there twice", new Zips().file("a", "1").file("a", "2").bytes(),
            "is no file, directory or link", new Zips().entry("pipe", 0010644, new byte[0]).bytes(),
            "more than 4294967296 bytes", new Zips().entries(129, new byte[32 << 20]).bytes(),
            "not a whole zip", "MZ, but no zip".getBytes(StandardCharsets.UTF_8));
    archives.forEach((words, zip) -> {
      String guid = newPackage();
      Api.Answer answer = admin.upload("/v3/packages/" + guid + "/upload", zip);
      assertThat(answer.status()).as(words).isEqualTo(200);
      assertThat(answer.json().path("state").asString()).isEqualTo("FAILED");
      assertThat(answer.json().at("/data/error").asString()).contains(words);
      admin.remove("/v3/packages/" + guid);
    });
  }

  @Test
  void anUploadWithoutEnd() throws IOException {
    String guid = newPackage();
    String head =
        "--b\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"a.zip\"\r\n\r\n";
    try (Socket socket = connect()) {
      CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> firstWords(socket));
      OutputStream out = socket.getOutputStream();
      write(
          out,
          lines(
              "POST /v3/packages/" + guid + "/upload HTTP/1.1",
              "Host: api",
              "Authorization: bearer " + admin.token(),
              "Content-Type: " + FORM,
              "Transfer-Encoding: chunked",
              "",
              Integer.toHexString(head.length()),
              head,
              ""));
      byte[] megabyte = new byte[1 << 20];
      int sent = 0;
      while (!answer.isDone() && sent < 2048) {
        write(out, "100000\r\n");
        out.write(megabyte);
        write(out, "\r\n");
        sent++;
      }
      assertThat(answer.join()).startsWith("HTTP/1.1 413").contains("larger than the 1024 MB");
      assertThat(sent).isBetween(1024, 1400);
    }
    assertThat(admin.get("/v3/packages/" + guid).json().path("state").asString())
        .isEqualTo("AWAITING_UPLOAD");
    admin.remove("/v3/packages/" + guid);
  }

  @Test
  void anUploadThatAdmitsToBeTooLong() throws IOException {
    String guid = newPackage();
    assertThat(
            raw(
                lines(
                    "POST /v3/packages/" + guid + "/upload HTTP/1.1",
                    "Host: api",
                    "Authorization: bearer " + admin.token(),
                    "Content-Type: " + FORM,
                    "Content-Length: 3000000000",
                    "Expect: 100-continue",
                    "",
                    "")))
        .startsWith("HTTP/1.1 413");
    admin.remove("/v3/packages/" + guid);
  }

  @Test
  void formsThatBreakOff() {
    String guid = newPackage();
    String buildpack = admin.post("/v3/buildpacks", "{\"name\":\"half\",\"position\":99}").guid();
    byte[] zip = new Zips().file("bin/detect", "x".repeat(100_000)).bytes();
    for (String path : List.of("/v3/packages/" + guid, "/v3/buildpacks/" + buildpack)) {
      String form =
          "--b\r\nContent-Disposition: form-data; name=\"bits\"; filename=\"a.zip\"\r\n\r\n"
              + new String(zip, StandardCharsets.ISO_8859_1)
              + "\r\n--b--\r\n";
      for (int length : new int[] {40, 100, form.length() / 2, form.length() - 6}) {
        Api.Answer answer =
            admin.send(
                "POST",
                path + "/upload",
                FORM,
                form.substring(0, length).getBytes(StandardCharsets.ISO_8859_1));
        refused(answer, 400, "CF-BadRequest", "malformed multipart body");
      }
    }
    assertThat(admin.get("/v3/packages/" + guid).json().path("state").asString())
        .isEqualTo("AWAITING_UPLOAD");
    admin.remove("/v3/packages/" + guid);
    admin.remove("/v3/buildpacks/" + buildpack);
  }

  @Test
  void bodiesThatAreNoJsonOrTheWrongOne() {
    for (String broken :
        List.of(
            "{\"name\":", "[]", "null", "{\"a\":1,\"a\":2}", "[".repeat(50_000), "{\"n\":NaN}")) {
      refused(admin.post("/v3/apps", broken), 400, "CF-MessageParseError", "parse error");
    }
    Map.of(
            app("x", ",\"nope\":1"),
            "Unknown field(s): 'nope'",
            "{\"name\":5,\"relationships\":[]}",
            "Name must be a string",
            app("x\0y", ""),
            "must not contain NUL",
            app("x".repeat(300), ""),
            "too long",
            app("x", ",\"environment_variables\":{\"VCAP_X\":\"1\"}"),
            "must not start with VCAP_",
            app("x", ",\"environment_variables\":{\"A=B\":\"1\"}"),
            "must not contain '='")
        .forEach((body, words) ->
            refused(admin.post("/v3/apps", body), 422, "CF-UnprocessableEntity", words));
    refused(
        admin.post("/v3/apps", "{\"name\":\"" + "x".repeat(8 << 20) + "\"}"),
        413,
        "CF-BadRequest",
        "larger than");
  }

  @Test
  void manifestsThatAreNoYamlOrTheWrongOne() {
    String path = "/v3/spaces/" + space + "/actions/apply_manifest";
    String many =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "- name: mass" + i + "\n")
            .collect(Collectors.joining("", "applications:\n", ""));
    Map.of(
            "applications: [",
            400,
            "just words",
            400,
            "a: &a [x]\nb: *a",
            400,
            "applications: !!java.net.URL [x]",
            400,
            "[".repeat(5000),
            400,
            "applications:\n- memory: 1G\n",
            422,
            "applications:\n- name: x\n- name: x\n",
            422,
            "applications:\n- name: x\n  memory: lots\n  instances: -1\n",
            422,
            "applications:\n- name: x\n  buildpacks: [\"file:///etc\"]\n",
            422,
            many,
            422)
        .forEach((manifest, status) -> {
          Api.Answer answer =
              admin.send(
                  "POST", path, "application/x-yaml", manifest.getBytes(StandardCharsets.UTF_8));
          assertThat(answer.status()).as(answer.body()).isEqualTo(status);
          assertThat(answer.detail()).hasSizeBetween(10, 2000);
        });
  }

  @Test
  void tokensThatAreNone() throws GeneralSecurityException {
    String[] parts = admin.token().split("\\.", -1);
    JsonNode key = Json.tree(admin.get("/token_keys").body()).at("/keys/0");
    String head =
        encoded("{\"alg\":\"RS256\",\"kid\":\"%s\"}".formatted(key.path("kid").asString()));
    for (String token :
        List.of(
            "garbage",
            "a.b.c",
            encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + "." + parts[2].substring(0, 40),
            parts[0] + "." + encoded("{\"user_id\":\"x\",\"exp\":9999999999}") + "." + parts[2],
            signedByAStranger(head + "." + parts[1]))) {
      refused(admin.with(token).get("/v3/apps"), 401, "CF-InvalidAuthToken", "Invalid Auth Token");
      assertThat(admin.with(token).delete("/v3/apps/" + app).status()).isEqualTo(401);
    }
    refused(admin.with("").get("/v3/apps"), 401, "CF-NotAuthenticated", "Authentication error");
  }

  private static String signedByAStranger(String content) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair stranger = generator.generateKeyPair();
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(stranger.getPrivate());
    signature.update(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void thingsOfAnotherOrganization() {
    String user =
        admin
            .post(
                "/Users",
                """
                {"userName":"mallory","password":"Mallory's own 1","emails":[{"value":"m@x.y"}]}\
                """)
            .json()
            .path("id")
            .asString();
    String guid = newPackage();
    Api mallory = admin.login("mallory", "Mallory's own 1");
    for (String path :
        List.of(
            "/v3/apps/" + app,
            "/v3/apps/" + app + "/env",
            "/v3/apps/" + app + "/processes/web/stats",
            "/v3/packages/" + guid,
            "/v3/packages/" + guid + "/download",
            "/v3/spaces/" + space,
            "/v3/organizations/" + admin.first("/v3/organizations"))) {
      assertThat(mallory.get(path).status()).as(path).isEqualTo(404);
      assertThat(mallory.delete(path).status()).as(path).isEqualTo(404);
    }
    assertThat(mallory.upload("/v3/packages/" + guid + "/upload", new byte[10]).status())
        .isEqualTo(404);
    assertThat(mallory.post("/v3/apps/" + app + "/actions/start", "").status()).isEqualTo(404);
    assertThat(mallory.post("/v3/apps", app("theirs", "")).status()).isEqualTo(422);
    assertThat(mallory.post("/v3/buildpacks", "{\"name\":\"theirs\"}").status()).isEqualTo(403);
    assertThat(mallory.get("/v3/apps").json().path("resources")).isEmpty();
    assertThat(mallory.get("/api/v1/read/" + app).status()).isEqualTo(404);
    admin.remove("/v3/packages/" + guid);
    assertThat(admin.delete("/Users/" + user).status()).isEqualTo(200);
  }

  @Test
  void requestsThatAreNoHttp() throws IOException {
    String authorization = "Authorization: bearer " + admin.token();
    assertThat(raw(lines("GET /v3/apps HTTP/1.1", "Host: a", "X: " + "x".repeat(100_000), "", "")))
        .startsWith("HTTP/1.1 431")
        .contains("\"errors\"");
    assertThat(raw(lines("GET /v3/apps?names=" + "x".repeat(100_000) + " HTTP/1.1", "", "")))
        .startsWith("HTTP/1.1 414");
    assertThat(
            raw(
                lines(
                    "POST /v3/apps HTTP/1.1",
                    "Host: a",
                    authorization,
                    "Content-Length: 5",
                    "Transfer-Encoding: chunked",
                    "",
                    "0",
                    "",
                    "")))
        .startsWith("HTTP/1.1 400");
    assertThat(raw(lines("BREW /v3/apps HTTP/1.1", "Host: a", "Connection: close", "", "")))
        .startsWith("HTTP/1.1 404")
        .contains("CF-NotFound");
  }

  @Test
  void addressesOfBlobsThatNobodySigned() throws IOException {
    for (String path :
        List.of(
            "/blobs/packages/" + app,
            "/blobs/packages/x?expires=9999999999&signature=" + "0".repeat(64),
            "/blobs/packages/..%2f..%2fkeys%2fsecret-box?expires=9999999999&signature=x",
            "/blobs/..%2fkeys/secret-box?expires=9999999999&max=10&signature=x")) {
      for (String method : List.of("GET", "PUT")) {
        refused(
            admin.send(method, path, "application/octet-stream", new byte[] {1}),
            403,
            "CF-NotAuthorized",
            "not valid");
      }
    }
    assertThat(
            raw(
                lines(
                    "GET /blobs/../keys/secret-box HTTP/1.1",
                    "Host: a",
                    "Connection: close",
                    "",
                    "")))
        .startsWith("HTTP/1.1 404");
  }

  @Test
  void buildpacksOnTheHost() throws IOException {
    for (String address : List.of("file:///etc", "file:///", "ftp://127.0.0.1/x.zip")) {
      refused(
          admin.post(
              "/v3/apps",
              app(
                  "x",
                  ",\"lifecycle\":{\"type\":\"buildpack\",\"data\":{\"buildpacks\":[\"%s\"]}}"
                      .formatted(address))),
          422,
          "CF-UnprocessableEntity",
          address);
    }
    try (ServerSocket host = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      host.setSoTimeout(1);
      Path files = Apps.directory(directory, "files", Map.of("index.html", "x"));
      for (String address :
          List.of(
              "http://127.0.0.1:" + host.getLocalPort() + "/x.zip",
              "http://127.0.0.1:" + host.getLocalPort() + "/x.git")) {
        CommandResult push = platform.cli(files, List.of("push", "inward", "-b", address));
        assertThat(push.exitCode()).isNotZero();
        assertThat(push.all()).contains("Failed to fetch buildpack " + address);
      }
      assertThat(called(host)).isFalse();
    }
    platform.cli("delete", "inward", "-f", "-r").ok();
  }

  private static boolean called(ServerSocket host) throws IOException {
    try (Socket _ = host.accept()) {
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void namesAndValuesThatAShellWouldRun() {
    Path witness = directory.resolve("witness");
    String name = "$(touch %s); `touch %s` & é日本 \" ' | *".formatted(witness, witness);
    String value = "first\nsecond=$(touch %s)\t\"'\\".formatted(witness);
    Path files =
        Apps.directory(
            directory,
            "shell",
            Map.of(
                "manifest.yml",
                """
                applications:
                - name: %s
                  memory: 64M
                  routes:
                  - route: shell.bellows.localhost
                  env:
                    PLAIN: %s
                    "LINE\\nEND": "x"
                """
                    .formatted(Json.text(name), Json.text(value)),
                "Procfile",
                "web: mkdir www; env -0 > www/env; exec python3 -m http.server $PORT -d www\n"));
    platform.cli(files, List.of("push")).ok();
    List<String> environment = List.of(platform.get("shell", "/env").body().split("\0", -1));
    assertThat(environment).contains("PLAIN=" + value);
    String application =
        environment.stream()
            .filter(v -> v.startsWith("VCAP_APPLICATION="))
            .findFirst()
            .orElseThrow()
            .substring("VCAP_APPLICATION=".length());
    assertThat(Json.tree(application).path("application_name").asString()).isEqualTo(name);
    assertThat(witness).doesNotExist();
    assertThat(platform.cli("apps").ok().out()).contains("é日本");
    platform.cli("delete", name, "-f", "-r").ok();
  }

  private static Socket connect() throws IOException {
    URI api = URI.create(platform.api());
    Socket socket = new Socket(api.getHost(), api.getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      write(socket.getOutputStream(), request);
      return firstWords(socket);
    }
  }

  /** Enough of an answer to know it. */
  private static String firstWords(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[4096];
      int length = 0;
      String text = "";
      while (!text.contains("}") && length < bytes.length) {
        int read = in.read(bytes, length, bytes.length - length);
        if (read < 0) {
          break;
        }
        length += read;
        text = new String(bytes, 0, length, StandardCharsets.UTF_8);
      }
      return text;
    } catch (IOException e) {
      return "no answer: " + e.getMessage();
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }
}
