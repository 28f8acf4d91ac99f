package bellows.warden.disk;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTemplatesIT {
  private final DiskTemplates templates = new DiskTemplates();

  @TempDir Path directory;

  @Test
  void aCopyIsWhatMkfsMakes() throws Exception {
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");

    templates.format(first, 64);
    templates.format(second, 64);

    assertThat(Files.mismatch(first, second)).isEqualTo(-1);
    assertThat(Files.getAttribute(second, "unix:ino"))
        .isNotEqualTo(Files.getAttribute(first, "unix:ino"));
    assertThat(output("e2fsck", "-fn", second.toString())).contains("11/8192 files");
    assertThat(kilobytes(second)).as("holes stay holes").isLessThan(1024);
  }

  @Test
  void eachSizeHasItsOwn() throws Exception {
    for (int sizeMb : List.of(16, 32, 16, 32)) {
      Path image = directory.resolve("image");
      templates.format(image, sizeMb);
      assertThat(Files.size(image)).isEqualTo((long) sizeMb << 20);
      output("e2fsck", "-fn", image.toString());
      Files.delete(image);
    }
  }

  private static long kilobytes(Path file) {
    return Long.parseLong(output("stat", "-c", "%b", file.toString()).strip()) / 2;
  }

  private static String output(String... command) {
    return Subprocess.run(Duration.ofSeconds(30), List.of(command)).orThrow(command[0]).out();
  }
}
