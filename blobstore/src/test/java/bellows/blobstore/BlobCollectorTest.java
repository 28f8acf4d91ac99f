package bellows.blobstore;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.ManualScheduler;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobCollectorTest {
  private static final Duration AGE = Duration.ofHours(1);
  private static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");
  private static final BlobKey USED = new BlobKey("droplets", "used");
  private static final BlobKey UNUSED = new BlobKey("droplets", "unused");

  @TempDir private Path root;
  private final ManualScheduler scheduler = new ManualScheduler(); // years after the files' times
  private final Set<BlobKey> referenced = new HashSet<>();
  private DirectoryBlobstore blobs;

  @BeforeEach
  void fill() {
    blobs = new DirectoryBlobstore(root);
    put(USED);
    put(UNUSED);
    referenced.add(USED);
  }

  @Test
  void oldBlobsThatNothingRefersToAreGarbage() {
    List<Blobstore.Entry> entries =
        List.of(entry("old", AGE), entry("older", AGE.multipliedBy(9)), entry("used", AGE));
    assertThat(Garbage.among(entries, Set.of(USED), NOW, AGE))
        .extracting(BlobKey::name)
        .containsExactly("old", "older");
  }

  @Test
  void youngBlobsStayBecauseTheirRowsMayStillCome() {
    List<Blobstore.Entry> entries =
        List.of(
            entry("young", AGE.minusNanos(1)),
            entry("brand-new", Duration.ZERO),
            entry("from-the-future", AGE.negated()));
    assertThat(Garbage.among(entries, Set.of(), NOW, AGE)).isEmpty();
  }

  @Test
  void theCollectorDeletesGarbageEachPeriod() {
    try (BlobCollector collector = collector(AGE, folder -> referenced)) {
      collector.start();
      collector.start();
      assertThat(blobs.list("droplets")).containsExactlyInAnyOrder(USED, UNUSED);
      scheduler.advance(Duration.ofMinutes(10));
      assertThat(blobs.list("droplets")).containsExactly(USED);
      referenced.clear();
      scheduler.advance(Duration.ofMinutes(10));
      assertThat(blobs.list("droplets")).isEmpty();
    }
  }

  @Test
  void aClosedCollectorCollectsNothing() {
    BlobCollector collector = collector(AGE, folder -> Set.of());
    collector.start();
    collector.close();
    collector.close();
    scheduler.advance(Duration.ofHours(1));
    assertThat(blobs.list("droplets")).hasSize(2);
  }

  @Test
  void otherFoldersAreNotTouched() {
    BlobKey resource = new BlobKey("resources", "sha1");
    put(resource);
    collector(AGE, folder -> Set.of()).collect();
    assertThat(blobs.list("resources")).containsExactly(resource);
    assertThat(blobs.list("droplets")).isEmpty();
  }

  @Test
  void withoutAnAnswerNothingIsDeletedAndOtherFoldersGoOn() {
    BlobKey old = new BlobKey("packages", "old");
    put(old);
    collector(
            AGE,
            folder -> {
              if (folder.equals("droplets")) {
                throw new IllegalStateException("the database is away");
              }
              return Set.of();
            })
        .collect();
    assertThat(blobs.list("droplets")).containsExactlyInAnyOrder(USED, UNUSED);
    assertThat(blobs.list("packages")).isEmpty();
  }

  @Test
  void theAgeOfAFileIsTheTimeOfItsUpload() {
    collector(Duration.ofDays(365_000), folder -> Set.of()).collect();
    assertThat(blobs.list("droplets")).hasSize(2);
  }

  private BlobCollector collector(Duration age, BlobCollector.References references) {
    return new BlobCollector(
        new BlobCollector.Config(List.of("droplets", "packages"), age, Duration.ofMinutes(10)),
        blobs,
        references,
        scheduler);
  }

  private static Blobstore.Entry entry(String name, Duration age) {
    return new Blobstore.Entry(new BlobKey("droplets", name), 1, NOW.minus(age));
  }

  private void put(BlobKey key) {
    blobs.put(key, new ByteArrayInputStream(new byte[] {1}));
  }
}
