package bellows.warden.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Reads the exit status that init left; the app may have written there what it liked. */
final class ExitFile {
  private static final int LONGEST = 8;
  private static final int HIGHEST_STATUS = 255;

  private ExitFile() {}

  static OptionalInt status(Path file) {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      String text = new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII);
      int status = Integer.parseInt(text.lines().findFirst().orElse("").strip());
      return status >= 0 && status <= HIGHEST_STATUS ? OptionalInt.of(status) : OptionalInt.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalInt.empty();
    }
  }
}
