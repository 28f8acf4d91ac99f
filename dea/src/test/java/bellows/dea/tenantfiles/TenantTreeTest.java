package bellows.dea.tenantfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TenantTreeTest {
  private final Path directory;
  private final Path root;
  private final Path secret;
  private final TenantTree tree;

  TenantTreeTest() throws IOException {
    directory = Files.createTempDirectory("tenant-");
    root = Files.createDirectory(directory.resolve("root"));
    secret = Files.createDirectory(directory.resolve("secret")).resolve("key");
    Files.writeString(secret, "secret");
    tree = new TenantTree(root);
  }

  @AfterEach
  void close() {
    Trees.delete(directory);
  }

  @Test
  void readsPlainFilesBounded() throws IOException {
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/c"), "content");
    assertThat(tree.text("a/b/c", 100)).contains("content");
    assertThat(tree.text("a/b/c", 3)).contains("con");
    assertThat(tree.text("a/none", 3)).isEmpty();
    assertThat(tree.text("a/b", 3)).isEmpty();
  }

  @Test
  void followsNoLinkOnTheWayNorAtTheEnd() throws IOException {
    Files.createSymbolicLink(root.resolve("file"), secret);
    Files.createSymbolicLink(root.resolve("directory"), directory.resolve("secret"));
    assertThat(tree.text("file", 100)).isEmpty();
    assertThat(tree.text("directory/key", 100)).isEmpty();
    assertThatThrownBy(() -> tree.text("../secret/key", 100))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void replacesTheLinkAndNotWhatItPointsTo() throws IOException {
    Files.createSymbolicLink(root.resolve("info"), secret);
    tree.replace("info", "new");
    assertThat(secret).hasContent("secret");
    assertThat(root.resolve("info")).hasContent("new");
    assertThat(Files.isSymbolicLink(root.resolve("info"))).isFalse();
  }

  @Test
  void ownsLinksThemselves() throws IOException {
    Files.createSymbolicLink(root.resolve("link"), secret);
    tree.ownedBy(20_002);
    assertThat(Files.getAttribute(secret, "unix:uid")).isEqualTo(0);
    assertThat(Files.getAttribute(root.resolve("link"), "unix:uid", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(20_002);
  }
}
