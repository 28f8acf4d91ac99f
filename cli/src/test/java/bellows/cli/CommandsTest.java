package bellows.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cli.api.Json;
import bellows.cli.command.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  @TempDir Path directory;
  private final FakePlatform platform = new FakePlatform();
  private ClientFixture client;

  @BeforeEach
  void pushApp() {
    client = new ClientFixture(platform, directory);
    client.write("shop/index.html", "<h1>shop</h1>");
    String folder = directory.resolve("shop").toString();
    assertThat(client.run("push", "shop", "--no-manifest", "-p", folder)).isZero();
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  @Test
  void listsAppsInATable() {
    assertThat(client.run("apps")).isZero();
    GoldenText.assertMatches("apps.txt", client.output());
  }

  @Test
  void listsAppsAsJsonForPrograms() {
    assertThat(client.run("apps", "--json")).isZero();
    GoldenText.assertMatches("apps.json", client.output());
  }

  @Test
  void scalesAndShowsTheResult() {
    assertThat(client.run("scale", "shop", "-i", "3")).isZero();
    GoldenText.assertMatches("scale.txt", client.output());
  }

  @Test
  void showsTheStoredLog() {
    assertThat(client.run("logs", "shop", "--recent")).isZero();
    GoldenText.assertMatches("logs.txt", client.output());
  }

  @Test
  void showsTheHistoryOfPeopleOrOfAllOfItHoweverManyPagesItHas() {
    for (int number = 9; number > 0; number--) {
      String actor = number % 3 == 1 ? "user:ada" : "platform";
      platform.history.add(
          Json.object(
              "number",
              number,
              "created_at",
              "2030-01-31T12:00:00Z",
              "actor",
              actor,
              "summary",
              List.of("change " + number)));
    }
    assertThat(client.run("history", "shop")).isZero();
    assertThat(client.output().lines().filter(line -> line.startsWith("#")))
        .containsExactly(
            "#7       2030-01-31T12:00:00Z   ada   change 7",
            "#4       2030-01-31T12:00:00Z   ada   change 4",
            "#1       2030-01-31T12:00:00Z   ada   change 1");
    assertThat(client.run("history", "shop", "--all", "--json")).isZero();
    assertThat(Json.parse(client.output()).items()).hasSize(9);
  }

  @Test
  void setsAnEnvironmentVariable() {
    assertThat(client.run("set-env", "shop", "GREETING", "hello")).isZero();
    assertThat(platform.env("shop")).containsEntry("GREETING", "hello");
    assertThat(client.output()).contains("OK").contains("bellows restage shop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmx64m", "-Dkey=value", "-XX:+UseSerialGC -Xss1m", "--all", "-"})
  void setsAnEnvironmentVariableToWhatLooksLikeAnOption(String value) {
    assertThat(client.run("set-env", "shop", "JAVA_OPTS", value)).isZero();
    assertThat(platform.env("shop")).containsEntry("JAVA_OPTS", value);
  }

  /** It begins as -v does. */
  @Test
  void setsAnEnvironmentVariableToAnythingBehindTwoDashes() {
    assertThat(client.run("set-env", "shop", "JAVA_OPTS", "-verbose:gc")).isEqualTo(2);
    assertThat(client.output()).contains("VALUE", "bellows set-env shop JAVA_OPTS -- -verbose:gc");
    assertThat(platform.env("shop")).doesNotContainKey("JAVA_OPTS");

    assertThat(client.run("set-env", "shop", "JAVA_OPTS", "--", "-verbose:gc")).isZero();
    assertThat(platform.env("shop")).containsEntry("JAVA_OPTS", "-verbose:gc");
  }

  @Test
  void deletesAnAppTwiceWithoutComplaint() {
    assertThat(client.run("delete", "shop", "-f")).isZero();
    assertThat(client.run("delete", "shop", "-f")).isZero();
    assertThat(client.output()).contains("App 'shop' does not exist.").contains("OK");
  }

  @Test
  void asksNobodyWhereThereIsNoTerminal() {
    assertThat(client.run("delete", "shop")).isEqualTo(1);
    assertThat(client.output()).contains("no terminal to ask at").contains("-f answers yes");
    assertThat(client.run("delete", "shop", "-f")).isZero();
  }

  @Test
  void asksTheAppForAPathOnlyWhenItIsTold() {
    assertThat(client.run("wake", "shop", "--cron", "0 3 * * *")).isZero();
    assertThat(platform.wake).isEqualTo("{\"cron\":\"0 3 * * *\"}");
    assertThat(client.run("wake", "shop", "--cron", "0 3 * * *", "--path", "/job")).isZero();
    assertThat(platform.wake).isEqualTo("{\"cron\":\"0 3 * * *\",\"path\":\"/job\"}");
  }

  @Test
  void leavesItToTheApiWhatATimeIs() {
    assertThat(client.run("history", "shop", "--at", "31 Jan")).isEqualTo(1);
    assertThat(platform.requests).last().asString().endsWith("/history/at/31 Jan");
  }

  @Test
  void namesTheNextStepWhenAnAppIsMissing() {
    assertThat(client.run("app", "shpo")).isEqualTo(1);
    GoldenText.assertMatches("app-missing.txt", client.output());
  }

  @Test
  void proposesTheCommandThatWasMeant() {
    assertThat(client.run("puhs")).isEqualTo(2);
    assertThat(client.output()).contains("did you mean push");
  }

  @Test
  void explainsAnOptionThatItDoesNotKnow() {
    assertThat(client.run("apps", "--jsno")).isEqualTo(2);
    assertThat(client.output()).contains("Incorrect usage").contains("Usage: bellows apps");
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
    for (Class<? extends Command> type : Commands.types()) {
      String name = type.getAnnotation(picocli.CommandLine.Command.class).name();
      assertThat(client.run("help", name)).as(name).isZero();
      assertThat(client.output())
          .as(name)
          .contains("Usage: bellows " + name)
          .contains("Example")
          .contains("  bellows " + name);
    }
  }

  @Test
  void anAliasFindsItsCommand() {
    assertThat(client.run("a")).isZero();
    assertThat(client.output()).contains("Getting apps");
  }

  @Test
  void keepsTheLoginForItsOwnerOnly() throws IOException {
    Path file = directory.resolve("home/config.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling("."))))
        .isEqualTo("rwx------");
  }

  @Test
  void refreshesATokenBeforeItEnds() {
    client.time.pause(java.time.Duration.ofSeconds(550));
    platform.tokenSeconds = 10_000;
    platform.requests.clear();
    assertThat(client.run("apps")).isZero();
    assertThat(platform.requests.getFirst()).isEqualTo("POST /oauth/token");
    platform.requests.clear();
    assertThat(client.run("apps")).isZero();
    assertThat(platform.requests).doesNotContain("POST /oauth/token");
  }

  @Test
  void logsInAgainWhenThePlatformOfThisMachineIsANewOne() {
    platform.forgetTokens();
    assertThat(client.run("apps")).isZero();
    assertThat(client.output()).contains("shop");
  }

  @Test
  void tracesWithoutSecrets() {
    platform.forgetTokens();
    assertThat(client.run("-v", "apps")).isZero();
    assertThat(client.output())
        .contains("REQUEST: GET <api>/v3/apps")
        .contains("Authorization: [PRIVATE DATA HIDDEN]")
        .doesNotContain(FakePlatform.PASSWORD.replace(' ', '+'))
        .doesNotContain("correct")
        .doesNotContain("e30.");
  }

  @Test
  void looksItsTargetUpAnewWhereAnotherPlatformIsInTheSameDirectory() throws IOException {
    assertThat(client.run("apps")).isZero();
    Path config = directory.resolve("home/config.json");
    String now = Files.readString(config);
    Files.writeString(
        config,
        now.replaceFirst("#[0-9a-f]{16}", "#0123456789abcdef")
            .replace("org-1", "org-before")
            .replace("space-1", "space-before"));
    assertThat(client.run("apps")).isZero();
    assertThat(Files.readString(config)).contains("org-1", "space-1").doesNotContain("before");
  }

  @Test
  void asksForALoginWhereThereIsNone() throws IOException {
    Files.delete(directory.resolve("admin.json"));
    Files.delete(directory.resolve("home/config.json"));
    assertThat(client.run("apps")).isEqualTo(1);
    assertThat(client.output()).contains("Not logged in").contains("bellows login -a URL");
  }

  @Test
  void logsInByNameAndTargetsTheOnlySpace() throws IOException {
    Files.delete(directory.resolve("admin.json"));
    int exit =
        client.run("login", "-a", platform.address(), "-u", "ann", "-p", FakePlatform.PASSWORD);
    assertThat(exit).isZero();
    GoldenText.assertMatches("login.txt", client.output());
  }

  @Test
  void doesNotTellAWrongPasswordFromAnUnknownUser() {
    int exit = client.run("login", "-a", platform.address(), "-u", "ann", "-p", "wrong");
    assertThat(exit).isEqualTo(1);
    assertThat(client.output()).contains("Credentials were rejected").doesNotContain("wrong");
  }

  @Test
  void mapsATcpRouteAtAnyPortAndFindsItByItsPort() {
    assertThat(client.run("map-route", "shop", "tcp.bellows.localhost")).isZero();
    assertThat(client.output()).contains("Mapping route tcp.bellows.localhost:1029 to app shop");
    assertThat(client.run("delete-route", "tcp.bellows.localhost", "-f")).isEqualTo(1);
    assertThat(client.output()).contains("known by their ports").contains("add --port PORT");
    assertThat(client.run("delete-route", "tcp.bellows.localhost", "--port", "1029", "-f"))
        .isEqualTo(1); // this platform deletes none
    assertThat(platform.requests)
        .anyMatch(each -> each.startsWith("GET /v3/routes?") && each.contains("ports=1029"));
  }

  @Test
  void looksForARouteBeforeItAsksWhetherToDeleteIt() {
    assertThat(client.run("delete-route", "tcp.bellows.localhost")).isEqualTo(1);
    assertThat(client.output()).contains("known by their ports").doesNotContain("Really delete");
  }

  @Test
  void offersNoPortForWhatTcpRoutesDoNotHave() {
    for (List<String> command :
        List.of(
            List.of("update-route", "tcp.bellows.localhost", "-o", "compression=on"),
            List.of("bind-route-service", "tcp.bellows.localhost", "guard"),
            List.of("unbind-route-service", "tcp.bellows.localhost", "guard"))) {
      assertThat(client.run(command.toArray(String[]::new))).isEqualTo(1);
      assertThat(client.output())
          .contains(
              "Domain 'tcp.bellows.localhost' is for TCP routes, which have no options and no"
                  + " route services.")
          .contains("FAILED");
      List<String> withPort = new ArrayList<>(command);
      withPort.addAll(List.of("--port", "1024"));
      assertThat(client.run(withPort.toArray(String[]::new))).isEqualTo(2);
      assertThat(client.output()).contains("--port");
    }
  }

  @Test
  void listsServicesWithTheirRoutesAndAsksForNoOthers() {
    assertThat(client.run("services")).isZero();
    assertThat(client.output()).containsPattern("audit +shop.bellows.localhost");
    assertThat(platform.requests)
        .contains(
            "GET /v3/service_route_bindings?per_page=5000"
                + "&service_instance_guids=service-1%2Cservice-2");
  }

  @Test
  void saysWhatToDoWhenNobodyAnswers() {
    platform.close();
    assertThat(client.run("apps")).isEqualTo(1);
    assertThat(client.output())
        .contains("Nothing answers at <api>")
        .contains("bellows up --detach");
  }

  @Test
  void sendsTheTokenToTheApiOnly() {
    assertThat(client.run("curl", "http://example.com/v3/apps")).isEqualTo(2);
    assertThat(client.output()).contains("The token goes to the API only");
  }

  @Test
  void printsWhatTheApiSaysAndFailsOnRequest() {
    assertThat(client.run("curl", "/v3/nothing")).isZero();
    assertThat(client.output()).contains("CF-NotFound");
    assertThat(client.run("curl", "/v3/nothing", "--fail")).isEqualTo(1);
  }
}
