package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.testkit.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where secrets of a push and of the platform must not be seen. */
class SecretsE2E {
  private static final String CANARY = "canary-5f1d8f0c";
  private static final String PASSWORD = "password-77ab31";

  private static Platform platform;
  private static Api api;
  private static Set<String> seenInProcesses;

  /** What must not be seen, by what it is. */
  private static Map<String, Pattern> secrets;

  @TempDir static Path directory;

  @BeforeAll
  static void pushWhileSomebodyWatches() throws IOException {
    platform = Platform.start("bsecret", 233);
    api = Api.of(platform);
    String admin =
        Json.tree(Files.readString(platform.data().resolve("admin.json")))
            .path("password")
            .asString();
    secrets = new HashMap<>();
    secrets.put("value of an app's variable", Pattern.compile(CANARY));
    secrets.put("password of a buildpack's address", Pattern.compile(PASSWORD));
    secrets.put("password of the administrator", Pattern.compile(Pattern.quote(admin)));
    secrets.put("token", Pattern.compile("eyJ[\\w-]{20,}\\.eyJ"));
    secrets.put("signed address", Pattern.compile("signature=[\\w-]{20}"));
    seenInProcesses = new ConcurrentSkipListSet<>();
    Path app =
        Apps.directory(
            directory,
            "app",
            Map.of(
                "manifest.yml",
                "applications:\n- name: app\n  memory: 32M\n  env:\n    SECRET: " + CANARY + "\n",
                "index.html",
                "hello"));
    Path failing =
        Apps.directory(
            directory,
            "failing",
            Map.of(
                "manifest.yml",
                """
                applications:
                - name: failing
                  buildpacks: ["https://ann:%s@127.0.0.1:1/x.git"]
                  env:
                    SECRET: %s
                """
                    .formatted(PASSWORD, CANARY),
                "x",
                "y"));
    try (ProcessWatch _ = new ProcessWatch(SecretsE2E::look)) {
      platform.cli(app, List.of("push")).ok();
      assertThat(platform.cli(failing, List.of("push")).exitCode()).isNotZero();
    }
  }

  @AfterAll
  static void stop() {
    api.close();
    platform.close();
  }

  /** Arguments are for everybody to read, environments for the same user and root. */
  private static void look(ProcessWatch.Seen process) {
    boolean tenant = process.uid() >= 100_000;
    secrets.forEach((what, pattern) -> {
      if (pattern.matcher(process.arguments()).find() && !tenant) {
        seenInProcesses.add(what + " in the arguments of " + process.name());
      }
      if (pattern.matcher(process.environment()).find() && !tenant) {
        seenInProcesses.add(what + " in the environment of " + process.name());
      }
    });
  }

  @Test
  void noProcessOfThePlatformCarriesThem() {
    assertThat(seenInProcesses).isEmpty();
  }

  @Test
  void noLogTellsThem() throws IOException {
    String staging = platform.cli("logs", "failing", "--recent").ok().all();
    assertThat(staging).contains("Failed to fetch buildpack https://127.0.0.1:1/x.git");
    assertNone("the app's own log", staging);
    for (String log : List.of("platform.log", "log/access.log", "postgres/server.log")) {
      assertNone(log, Files.readString(platform.data().resolve(log), StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void noAnswerTellsThemButTheOneThatIsAskedForThem() {
    String app = api.first("/v3/apps?names=app");
    for (String path :
        List.of(
            "/v3/audit_events?per_page=5000",
            "/v3/apps?per_page=5000",
            "/v3/builds",
            "/v3/droplets",
            "/v3/processes",
            "/v3/apps/" + app + "/processes/web",
            "/v3/apps/" + app + "/processes/web/stats",
            "/v3/apps/" + api.first("/v3/apps?names=failing") + "/droplets",
            "/Users")) {
      assertNone(path, api.get(path).body());
    }
    assertThat(api.get("/v3/apps/" + app + "/env").body()).contains(CANARY);
    Api.Answer refused =
        api.send(
            "PATCH",
            "/v3/apps/" + app + "/environment_variables",
            "application/json",
            "{\"var\":{\"VCAP_X\":\"%s\"}}".formatted(CANARY).getBytes(StandardCharsets.UTF_8));
    assertThat(refused.status()).isEqualTo(422);
    assertNone("an error", refused.body());
  }

  /** Encrypted, or for root alone. */
  @Test
  void noFileThatOthersMayReadHoldsThem() throws IOException {
    List<String> open = new ArrayList<>();
    for (Path file : readableByAll(platform.data())) {
      String content = Files.readString(file, StandardCharsets.ISO_8859_1);
      secrets.forEach((what, pattern) -> {
        if (pattern.matcher(content).find()) {
          open.add(what + " in " + file);
        }
      });
    }
    assertThat(open).isEmpty();
  }

  @Test
  void noDatabaseFileHoldsThemInTheClear() throws IOException {
    Set<String> clear = new TreeSet<>();
    try (Stream<Path> walk = Files.walk(platform.data().resolve("postgres/data"))) {
      for (Path file :
          walk.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (content.contains(CANARY)) {
          clear.add(file.toString());
        }
      }
    }
    assertThat(clear).isEmpty();
  }

  @Test
  void nobodyElseOnTheHostReadsWhatWasPushed() throws IOException {
    Path data = platform.data();
    assertThat(readableByAll(data))
        .allSatisfy(file ->
            assertThat(data.relativize(file).toString())
                .doesNotStartWith("blobs/packages")
                .doesNotStartWith("blobs/droplets")
                .doesNotStartWith("uploads")
                .doesNotStartWith("keys")
                .doesNotStartWith("log")
                .doesNotStartWith("containers")
                .doesNotStartWith("dea/staging/tasks")
                .doesNotStartWith("dea/instances"));
  }

  private static void assertNone(String where, String text) {
    secrets.forEach((what, pattern) ->
        assertThat(pattern.matcher(text).find())
            .as(what + " in " + where + ":\n" + text)
            .isFalse());
  }

  /** Files that every user of this host could open, knowing their names. */
  private static List<Path> readableByAll(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> entries;
    try (Stream<Path> list = Files.list(directory)) {
      entries = list.toList();
    }
    for (Path entry : entries) {
      if (Files.isSymbolicLink(entry)) {
        continue;
      }
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(entry);
      if (Files.isDirectory(entry) && permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
        files.addAll(readableByAll(entry));
      } else if (Files.isRegularFile(entry)
          && permissions.contains(PosixFilePermission.OTHERS_READ)) {
        files.add(entry);
      }
    }
    return files;
  }
}
