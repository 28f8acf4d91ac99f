package bellows.blobstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobstoreTest extends BlobstoreContract {
  @TempDir private Path root;

  @Override
  Blobstore create() {
    DirectoryBlobstore blobs = new DirectoryBlobstore(root);
    blobs.start();
    return blobs;
  }

  @Test
  void blobsSurviveARestart() throws IOException {
    put(DROPLET, "hello");
    Blobstore again = create();
    assertThat(again.open(DROPLET).orElseThrow()).hasContent("hello");
    assertThat(again.list("droplets")).containsExactly(DROPLET);
  }

  @Test
  void whatWasHalfWrittenIsRemovedAtStart() throws IOException {
    Path unfinished = Files.createDirectories(root.resolve(".unfinished"));
    Files.writeString(unfinished.resolve("half"), "half a drop");
    put(DROPLET, "hello");
    create();
    assertThat(unfinished).doesNotExist();
    assertThat(root.resolve("droplets")).isNotEmptyDirectory();
  }

  @Test
  void neitherSuccessNorFailureLeavesAnythingBehind() throws IOException {
    put(DROPLET, "hello");
    blobs().copy(DROPLET, PACKAGE);
    blobs().copy(DROPLET, DROPLET);
    try {
      blobs().put(DROPLET, breaking(new IOException("gone")));
    } catch (RuntimeException e) {
      // As planned.
    }
    assertThat(root.resolve(".unfinished")).isEmptyDirectory();
  }

  @Test
  void aFolderIsSplitIntoShards() throws IOException {
    for (int i = 0; i < 60; i++) {
      put(new BlobKey("droplets", "guid-" + i), "x");
    }
    try (Stream<Path> shards = Files.list(root.resolve("droplets"))) {
      assertThat(shards.count()).isBetween(20L, 60L);
    }
  }
}
