package bellows.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.testkit.InstanceProbe;
import bellows.testkit.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What a pushed app and a buildpack can connect to: nothing of this host, nothing of the platform,
 * no other app but by its route.
 */
class TenantReachE2E {
  private static final String GATEWAY = "10.232.0.1";
  private static final String INSIDE = "open 127.0.0.1:9999";

  private static Platform platform;
  private static Api api;

  /** Some service of this host that listens on every address it has. */
  private static ServerSocket host;

  private static List<String> targets;
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws IOException {
    platform = Platform.start("breach", 232);
    api = Api.of(platform);
    host = new ServerSocket();
    host.bind(new InetSocketAddress("0.0.0.0", 0));
    push("neighbour", "");
    String neighbour = answer("neighbour");
    assertThat(neighbour).contains(INSIDE);
    String inside = neighbour.substring(neighbour.indexOf("address ") + 8).strip();
    assertThat(inside).startsWith("10.232.");
    String outside = instanceAddress("neighbour");
    assertThat(InstanceProbe.get(outside).status()).isEqualTo(200);

    targets = new ArrayList<>(List.of(inside + ":8080", outside, "169.254.169.254:80"));
    int database =
        Integer.parseInt(Files.readString(platform.data().resolve("postgres/port")).strip());
    for (String address : addresses()) {
      for (int port :
          new int[] {host.getLocalPort(), platform.port(), platform.port() + 1, database, 22}) {
        targets.add(address + ":" + port);
      }
    }
  }

  @AfterAll
  static void stop() throws IOException {
    host.close();
    api.close();
    platform.close();
  }

  @Test
  void aServiceOfThisHostIsThereForTheHostItself() throws IOException {
    for (String address : addresses()) {
      new Socket(address, host.getLocalPort()).close();
    }
  }

  @Test
  void aRunningAppReachesNothing() throws IOException {
    push("spy", String.join(" ", targets));
    String seen = answer("spy");
    assertThat(seen.lines().filter(line -> line.startsWith("open"))).containsExactly(INSIDE);
    assertThat(seen.lines().filter(line -> line.startsWith("closed"))).hasSameSizeAs(targets);
    platform.cli("delete", "spy", "-f", "-r").ok();
  }

  @Test
  void aBuildpackReachesNothing() throws IOException {
    String guid = api.post("/v3/buildpacks", "{\"name\":\"spy\",\"position\":99}").guid();
    byte[] zip =
        new Zips()
            .entry(
                "bin/compile",
                Zips.PROGRAM,
                bytes("#!/bin/sh\npython3 \"$BUILDPACK_DIR/reach.py\"\n"))
            .entry("bin/release", Zips.PROGRAM, bytes("#!/bin/sh\necho\n"))
            .file("reach.py", script())
            .bytes();
    assertThat(api.upload("/v3/buildpacks/" + guid + "/upload", zip).status()).isEqualTo(202);
    Path app =
        Apps.directory(
            directory,
            "built",
            Map.of(
                "manifest.yml",
                "applications:\n- name: built\n  buildpacks: [spy]\n  env:\n    TARGETS: \"%s\"\n"
                    .formatted(String.join(" ", targets)),
                "x",
                "y"));
    String staging =
        platform.cli(app, List.of("push", "--no-start")).ok().all()
            + platform.cli("restage", "built").all();
    List<String> knocks =
        staging
            .lines()
            .map(String::strip)
            .filter(l -> l.startsWith("open ") || l.startsWith("closed "))
            .toList();
    assertThat(knocks).as(staging).hasSize(targets.size() + 1);
    assertThat(knocks).filteredOn(line -> line.startsWith("open ")).containsExactly(INSIDE);
    platform.cli("delete", "built", "-f", "-r").ok();
    api.remove("/v3/buildpacks/" + guid);
  }

  private static void push(String name, String knockAt) throws IOException {
    Path app =
        Apps.directory(
            directory,
            name,
            Map.of(
                "manifest.yml",
                "applications:\n- name: %s\n  memory: 64M\n  env:\n    TARGETS: \"%s\"\n"
                    .formatted(name, knockAt),
                "Procfile",
                "web: mkdir www; python3 reach.py > www/seen; exec python3 -m http.server $PORT -d www\n",
                "reach.py",
                script()));
    platform.cli(app, List.of("push")).ok();
  }

  private static String answer(String app) {
    return platform.get(app, "/seen").body();
  }

  private static String script() throws IOException {
    try (InputStream in = TenantReachE2E.class.getResourceAsStream("/apps/reach.py")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Of this host: the side that containers see, and the others; its loopback is not theirs. */
  private static List<String> addresses() {
    try {
      List<String> addresses =
          new ArrayList<>(
              NetworkInterface.networkInterfaces()
                  .filter(each -> each.getName().startsWith("e"))
                  .flatMap(NetworkInterface::inetAddresses)
                  .map(InetAddress::getHostAddress)
                  .filter(address -> address.indexOf(':') < 0)
                  .toList());
      addresses.add(GATEWAY);
      return addresses;
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String instanceAddress(String app) {
    String guid = api.first("/v3/apps?names=" + app);
    JsonNode stats = Json.tree(api.get("/v3/apps/" + guid + "/processes/web/stats").body());
    JsonNode instance = stats.at("/resources/0");
    return instance.path("host").asString()
        + ":"
        + instance.at("/instance_ports/0/external").asInt();
  }
}
