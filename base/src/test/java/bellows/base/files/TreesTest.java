package bellows.base.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
  @TempDir private Path directory;

  @Test
  void aTreeIsRemovedAndWhatItsLinksLeadToIsNot() throws IOException {
    Path outside = Files.writeString(directory.resolve("outside"), "keep");
    Path more = Files.createDirectory(directory.resolve("more"));
    Files.writeString(more.resolve("kept"), "keep");
    Path tree = Files.createDirectories(directory.resolve("tree/a/b"));
    Files.writeString(tree.resolve("file"), "go");
    Files.createSymbolicLink(tree.resolve("to-file"), outside);
    Files.createSymbolicLink(tree.resolve("to-directory"), more);
    Files.createSymbolicLink(tree.resolve("to-nothing"), Path.of("nowhere"));
    Trees.delete(directory.resolve("tree"));
    assertThat(directory.resolve("tree")).doesNotExist();
    assertThat(outside).hasContent("keep");
    assertThat(more.resolve("kept")).hasContent("keep");
  }

  @Test
  void aLinkIsRemovedAsALink() throws IOException {
    Path target = Files.createDirectory(directory.resolve("target"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    Trees.delete(link);
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(target).isDirectory();
  }

  @Test
  void whatIsNotThereNeedsNoRemoval() {
    Trees.delete(directory.resolve("nothing"));
  }
}
