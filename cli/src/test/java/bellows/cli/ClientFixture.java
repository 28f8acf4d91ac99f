package bellows.cli;

import bellows.cli.api.Json;
import bellows.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A client beside a platform that it finds by itself; what it prints is kept. */
final class ClientFixture {
  final FakePlatform platform;
  final Path directory;
  final FakeTime time = new FakeTime();
  final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ClientFixture(FakePlatform platform, Path directory) {
    this.platform = platform;
    this.directory = directory;
    environment.put("BELLOWS_HOME", directory.resolve("home").toString());
    environment.put("BELLOWS_DATA", directory.toString());
    write(
        "admin.json",
        Json.object(
                "api", platform.address(), "username", "admin", "password", FakePlatform.PASSWORD)
            .write());
  }

  /** A file below the fixture's directory. */
  Path write(String name, String text) {
    try {
      Path file = directory.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command without a terminal; {@link #output} is its own afterwards. */
  int run(String... arguments) {
    bytes.reset();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(stream, stream, false, false, 0);
    return new Main(terminal, environment, time).run(arguments);
  }

  /** Standard output and error together, with paths and addresses made equal for every run. */
  String output() {
    return bytes
        .toString(StandardCharsets.UTF_8)
        .replace(directory.toString(), "<dir>")
        .replace(platform.address(), "<api>")
        .replaceAll("T\\d\\d:00:00\\.(\\d\\d)[+-]\\d{4}", "T22:00:00.$1+0000");
  }
}
