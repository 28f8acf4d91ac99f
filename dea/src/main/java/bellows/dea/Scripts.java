package bellows.dea;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Our two shell scripts as files, which containers see read-only. */
record Scripts(Path start, Path stage) {
  static Scripts in(Path directory) {
    return new Scripts(directory.resolve("start.sh"), directory.resolve("stage.sh"));
  }

  /** Replaces them by this version's; containers that run keep the file that they have mounted. */
  void write() {
    write("instances/start.sh", start);
    write("staging/stage.sh", stage);
  }

  private static void write(String resource, Path file) {
    try (InputStream in = Scripts.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
