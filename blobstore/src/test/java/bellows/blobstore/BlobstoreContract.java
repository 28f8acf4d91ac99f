package bellows.blobstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every blobstore promises. */
abstract class BlobstoreContract {
  static final BlobKey DROPLET = new BlobKey("droplets", "6f1c2a34-guid");
  static final BlobKey PACKAGE = new BlobKey("packages", "6f1c2a34-guid");

  private Blobstore blobs;

  abstract Blobstore create();

  @BeforeEach
  void open() {
    blobs = create();
  }

  @Test
  void whatIsStoredIsMeasuredAndReadBack() throws IOException {
    Stored stored = put(DROPLET, "hello");
    assertThat(stored)
        .isEqualTo(
            new Stored(
                5,
                "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
                "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
    assertThat(text(DROPLET)).isEqualTo("hello");
    assertThat(blobs.size(DROPLET)).contains(5L);
  }

  @Test
  void nothingIsAContentToo() throws IOException {
    assertThat(put(DROPLET, "").bytes()).isZero();
    assertThat(text(DROPLET)).isEmpty();
    assertThat(blobs.size(DROPLET)).contains(0L);
  }

  @Test
  void whatIsNotThereIsMissing() {
    assertThat(blobs.open(DROPLET)).isEmpty();
    assertThat(blobs.size(DROPLET)).isEmpty();
    assertThat(blobs.delete(DROPLET)).isFalse();
    assertThat(blobs.copy(DROPLET, PACKAGE)).isFalse();
    assertThat(blobs.list("droplets")).isEmpty();
  }

  @Test
  void foldersAreApart() throws IOException {
    put(DROPLET, "droplet");
    put(PACKAGE, "package");
    assertThat(text(DROPLET)).isEqualTo("droplet");
    assertThat(text(PACKAGE)).isEqualTo("package");
    assertThat(blobs.list("droplets")).containsExactly(DROPLET);
  }

  @Test
  void aSecondPutReplaces() throws IOException {
    put(DROPLET, "first");
    put(DROPLET, "second, longer");
    assertThat(text(DROPLET)).isEqualTo("second, longer");
    assertThat(blobs.list("droplets")).containsExactly(DROPLET);
  }

  @Test
  void whoeverReadsSeesOneContentToItsEnd() throws IOException {
    put(DROPLET, "first");
    try (InputStream first = blobs.open(DROPLET).orElseThrow()) {
      put(DROPLET, "second");
      assertThat(new String(first.readAllBytes(), UTF_8)).isEqualTo("first");
    }
    try (InputStream second = blobs.open(DROPLET).orElseThrow()) {
      blobs.delete(DROPLET);
      assertThat(new String(second.readAllBytes(), UTF_8)).isEqualTo("second");
    }
  }

  @Test
  void aStreamThatBreaksChangesNothing() throws IOException {
    assertThatThrownBy(() -> blobs.put(DROPLET, breaking(new IOException("connection reset"))))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("connection reset");
    assertThat(blobs.open(DROPLET)).isEmpty();
    put(DROPLET, "whole");
    assertThatThrownBy(() -> blobs.put(DROPLET, breaking(new IOException("connection reset"))))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(text(DROPLET)).isEqualTo("whole");
    assertThat(blobs.list("droplets")).containsExactly(DROPLET);
  }

  @Test
  void whatTheStreamThrowsIsThrownOn() {
    RuntimeException tooLarge = new IllegalStateException("too large");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> blobs.put(DROPLET, breaking(tooLarge)))
        .isSameAs(tooLarge);
    assertThat(blobs.open(DROPLET)).isEmpty();
  }

  @Test
  void aCopyOutlivesItsSource() throws IOException {
    put(DROPLET, "hello");
    BlobKey copy = new BlobKey("droplets", "copy");
    assertThat(blobs.copy(DROPLET, copy)).isTrue();
    blobs.delete(DROPLET);
    assertThat(text(copy)).isEqualTo("hello");
    assertThat(blobs.copy(copy, copy)).isTrue();
    assertThat(text(copy)).isEqualTo("hello");
  }

  @Test
  void whatIsDeletedIsGone() {
    put(DROPLET, "hello");
    assertThat(blobs.delete(DROPLET)).isTrue();
    assertThat(blobs.open(DROPLET)).isEmpty();
    assertThat(blobs.list("droplets")).isEmpty();
    assertThat(blobs.delete(DROPLET)).isFalse();
  }

  @Test
  void aFolderListsAllThatItHolds() {
    Set<BlobKey> keys = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      BlobKey key = new BlobKey("resources", "sha-" + i);
      put(key, "x".repeat(i));
      keys.add(key);
    }
    assertThat(blobs.list("resources")).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(blobs.entries("resources").stream().mapToLong(Blobstore.Entry::bytes).sum())
        .isEqualTo(60L * 59 / 2);
    assertThat(blobs.list("nothing-here")).isEmpty();
  }

  @Test
  void manyMayWriteOneKeyAtOnce() throws Exception {
    List<Callable<Stored>> writers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String content = ("" + i).repeat(100_000);
      writers.add(() -> put(DROPLET, content));
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Stored> written : executor.invokeAll(writers)) {
        assertThat(written.get().bytes()).isEqualTo(100_000);
      }
    }
    String content = text(DROPLET);
    assertThat(content).hasSize(100_000);
    assertThat(content.chars().distinct().count()).isEqualTo(1);
  }

  @Test
  void aLargeContentPassesInPieces() throws IOException {
    long size = 64L << 20;
    try (InputStream zeros = new Zeros(size)) {
      assertThat(blobs.put(DROPLET, zeros).bytes()).isEqualTo(size);
    }
    assertThat(blobs.size(DROPLET)).contains(size);
  }

  @Test
  void namesMayBeAsLongAsAllowed() throws IOException {
    BlobKey key = new BlobKey("build-caches", "n".repeat(200));
    put(key, "hello");
    assertThat(text(key)).isEqualTo("hello");
    assertThat(blobs.list("build-caches")).containsExactly(key);
  }

  final Blobstore blobs() {
    return blobs;
  }

  final Stored put(BlobKey key, String content) {
    return blobs.put(key, new ByteArrayInputStream(content.getBytes(UTF_8)));
  }

  final String text(BlobKey key) throws IOException {
    try (InputStream content = blobs.open(key).orElseThrow()) {
      return new String(content.readAllBytes(), UTF_8);
    }
  }

  /** Some bytes, then the failure. */
  static InputStream breaking(Exception failure) {
    InputStream rest =
        new InputStream() {
          @Override
          public int read() throws IOException {
            if (failure instanceof IOException io) {
              throw io;
            }
            throw (RuntimeException) failure;
          }

          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            return read();
          }
        };
    return new SequenceInputStream(new Zeros(100_000), rest);
  }

  /** So many zeros. */
  private static final class Zeros extends InputStream {
    private long left;

    private Zeros(long count) {
      this.left = count;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      left -= count;
      return count;
    }
  }
}
