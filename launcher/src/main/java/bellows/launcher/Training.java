package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.files.Trees;
import bellows.base.json.Json;
import bellows.warden.machine.LinuxWarden;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Starts a platform beside any other, asks it a few things and ends it, so that the JVM can record
 * what a start needs: the AOT cache is made from this run, once for each build.
 */
public final class Training {
  private static final String SETTINGS = "network.name=btrain\nnetwork.subnet=10.238.0.0/24\n";

  private Training() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("bellows-training-");
    try (DataDirectory data = new DataDirectory(directory)) {
      AtomicFiles.write(
          data.settings(), SETTINGS.getBytes(StandardCharsets.UTF_8), AtomicFiles.PUBLIC);
      data.acquire();
      Settings settings = Settings.read(data.settings());
      Address api = new Address("127.0.0.1", freePort());
      UpOptions options =
          new UpOptions(
              directory,
              new Address("127.0.0.1", freePort()),
              Optional.of(new Address("127.0.0.1", freePort())),
              UpOptions.DEFAULT_DOMAIN);
      try (Platform platform = new Platform(options, settings, data, api)) {
        platform.start();
        ask(AdminAccount.at(data.admin(), "http://" + api));
      }
      try (LinuxWarden warden = new LinuxWarden(WardenSettings.of(settings, data))) {
        warden.start();
        warden.removeAll();
      }
    } finally {
      Trees.delete(directory);
    }
    System.exit(0);
  }

  private static void ask(AdminAccount admin) throws IOException, InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    String form =
        "grant_type=password&username=admin&password="
            + URLEncoder.encode(admin.password(), StandardCharsets.UTF_8);
    HttpResponse<String> token =
        http.send(
            HttpRequest.newBuilder(URI.create(admin.api() + "/oauth/token"))
                .header("Authorization", "Basic Y2Y6")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String bearer = "bearer " + Json.tree(token.body()).path("access_token").asString();
    for (String path : new String[] {"/", "/v3/apps", "/v3/spaces?include=organization"}) {
      http.send(
          HttpRequest.newBuilder(URI.create(admin.api() + path))
              .header("Authorization", bearer)
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
