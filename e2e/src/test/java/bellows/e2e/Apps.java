package bellows.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** App directories made for one test. */
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
}
