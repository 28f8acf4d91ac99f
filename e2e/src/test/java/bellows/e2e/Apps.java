package bellows.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** Directories and files made for one test. */
final class Apps {
  private Apps() {}

  /** A new directory with these files; a name that ends in {@code .sh} is made executable. */
  static Path directory(Path parent, String name, Map<String, String> files) {
    try {
      Path directory = Files.createDirectories(parent.resolve(name));
      for (Map.Entry<String, String> file : files.entrySet()) {
        Path path = directory.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
        if (file.getKey().endsWith(".sh")) {
          path.toFile().setExecutable(true);
        }
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of this test's own, where a program can read it. */
  static Path resource(Path parent, String name) {
    try (InputStream in = Apps.class.getResourceAsStream(name)) {
      Path file = parent.resolve(name.substring(1));
      Files.copy(Objects.requireNonNull(in, name), file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
