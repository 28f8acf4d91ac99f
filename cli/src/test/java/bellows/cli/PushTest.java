package bellows.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushTest {
  @TempDir Path directory;
  private final FakePlatform platform = new FakePlatform();
  private ClientFixture client;

  @BeforeEach
  void makeApp() {
    client = new ClientFixture(platform, directory);
    client.write("shop/index.html", "<h1>shop</h1>");
    client.write("shop/css/site.css", "h1 {}");
    client.write("shop/.git/config", "secret");
    client.write("shop/notes.txt", "mine");
    client.write("shop/.cfignore", "notes.txt\n");
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private int push(String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "push";
    arguments[1] = "shop";
    arguments[2] = "-p";
    arguments[3] = directory.resolve("shop").toString();
    System.arraycopy(more, 0, arguments, 4, more.length);
    return client.run(arguments);
  }

  @Test
  void tellsTheWholeStoryOfAFirstPush() {
    assertThat(push("--no-manifest")).isZero();
    GoldenText.assertMatches("push.txt", client.output());
    assertThat(platform.uploaded).containsExactly("css/", "css/site.css", "index.html");
    assertThat(platform.manifest).contains("name: shop").contains("default-route: true");
  }

  @Test
  void sendsNothingThatThePlatformHas() {
    push("--no-manifest");
    client.write("shop/index.html", "<h1>new</h1>");
    assertThat(push("--no-manifest")).isZero();
    assertThat(platform.uploaded).containsExactly("css/", "index.html");
  }

  @Test
  void showsTheBuildsOwnWordsWhenItFails() {
    platform.build = FakePlatform.Build.FAILS;
    assertThat(push("--no-manifest")).isEqualTo(1);
    GoldenText.assertMatches("push-build-fails.txt", client.output());
  }

  @Test
  void showsWhyAnAppDoesNotStartAndWhatItSaidLast() {
    platform.crashes = true;
    assertThat(push("--no-manifest")).isEqualTo(1);
    GoldenText.assertMatches("push-does-not-listen.txt", client.output());
  }

  @Test
  void takesAppAndPathFromTheManifestAndLetsFlagsWin() {
    Path manifest =
        client.write(
            "manifest.yml",
            """
            base: &base
              memory: 1G
            applications:
            - <<: *base
              name: ((name))
              path: shop
              env: {GREETING: ((greeting))}
            """);
    int exit =
        client.run(
            "push",
            "-f",
            manifest.toString(),
            "-m",
            "64M",
            "--var",
            "name=shop",
            "--var",
            "greeting=hello world");
    assertThat(exit).isZero();
    GoldenText.assertMatches("push-manifest.txt", client.output());
    GoldenText.assertMatches("applied-manifest.yml", platform.manifest);
  }

  @Test
  void leavesTheAppStoppedOnRequest() {
    assertThat(push("--no-manifest", "--no-start")).isZero();
    assertThat(platform.requests).noneMatch(request -> request.contains("/v3/builds"));
    assertThat(client.output()).contains("requested state:   stopped");
  }

  @Test
  void changesNothingWhenThePathIsWrong() {
    int exit = client.run("push", "shop", "--no-manifest", "-p", "/no/such/folder");
    assertThat(exit).isEqualTo(1);
    assertThat(client.output()).contains("There is no '/no/such/folder' to push as app 'shop'");
    assertThat(platform.requests).noneMatch(request -> request.contains("apply_manifest"));
  }

  @Test
  void namesEveryVariableWithoutAValue() {
    Path manifest = client.write("manifest.yml", "applications: [{name: ((b)), path: ((a))}]");
    assertThat(client.run("push", "-f", manifest.toString())).isEqualTo(1);
    assertThat(client.output()).contains("Expected to find variables: a, b").contains("--var");
  }

  @Test
  void refusesALinkThatLeadsOutOfTheFolder() throws IOException {
    Files.createSymbolicLink(directory.resolve("shop/passwd"), Path.of("/etc/passwd"));
    assertThat(push("--no-manifest")).isEqualTo(1);
    assertThat(client.output()).contains("The link passwd leads out of the app's folder");
    assertThat(platform.uploaded).isEmpty();
  }
}
