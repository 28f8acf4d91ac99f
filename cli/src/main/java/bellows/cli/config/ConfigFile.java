package bellows.cli.config;

import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** {@code config.json}: readable by its owner only, and always a whole one. */
public final class ConfigFile {
  private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;

  public ConfigFile(Path file) {
    this.file = file;
  }

  /** {@code $BELLOWS_HOME}, or {@code .bellows} in the home directory. */
  public static ConfigFile of(Map<String, String> environment) {
    String home = environment.getOrDefault("BELLOWS_HOME", "");
    Path directory =
        home.isEmpty()
            ? Path.of(
                environment.getOrDefault("HOME", System.getProperty("user.home", "/")), ".bellows")
            : Path.of(home);
    return new ConfigFile(directory.resolve("config.json"));
  }

  public Config read() {
    try {
      return Json.tryParse(Files.readString(file)).map(Config::read).orElse(Config.EMPTY);
    } catch (NoSuchFileException e) {
      return Config.EMPTY;
    } catch (IOException e) {
      throw CommandFailure.of(
          "Cannot read " + file, "make it readable, or set BELLOWS_HOME to another directory.");
    }
  }

  public void write(Config config) {
    try {
      Path directory = file.toAbsolutePath().getParent();
      Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
      Path whole = Files.createTempFile(directory, "config", ".tmp", OWNER_ONLY);
      try {
        Files.writeString(whole, config.write().pretty() + "\n");
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(whole); // there only when the move did not happen
      }
    } catch (IOException e) {
      throw CommandFailure.of(
          "Cannot write " + file, "make it writable, or set BELLOWS_HOME to another directory.");
    }
  }
}
