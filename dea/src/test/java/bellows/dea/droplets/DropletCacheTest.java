package bellows.dea.droplets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.base.time.testing.ManualScheduler;
import bellows.contracts.ids.AppGuid;
import bellows.dea.testing.FileServer;
import bellows.dea.transfer.Transfers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DropletCacheTest {
  private static final int UID = 20_001;

  private final ManualScheduler time = new ManualScheduler();
  private final FileServer files = new FileServer();
  private final Transfers transfers = new Transfers();
  private final Path directory;
  private DropletCache cache;

  DropletCacheTest() throws IOException {
    directory = Files.createTempDirectory("droplets-");
    files.putTarGz("d", Map.of("app/run.sh", "#!/bin/sh\n", "app/data", "content"));
    cache = opened(1 << 30);
  }

  @AfterEach
  void close() {
    transfers.close();
    files.close();
    Trees.delete(directory);
  }

  private DropletCache opened(long maxBytes) {
    DropletCache made =
        new DropletCache(
            new DropletCache.Config(
                directory, maxBytes, Duration.ofHours(1), new Archives.Limits(1 << 20, 100)),
            transfers,
            time);
    made.open();
    return made;
  }

  private DropletCache.Lease acquire() {
    return cache.acquire(files.sha1("d"), URI.create(files.address("d")), UID);
  }

  @Test
  void fetchesOnceForManyAndForTheNextRun() throws Exception {
    List<Future<DropletCache.Lease>> leases = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        Callable<DropletCache.Lease> acquire = this::acquire;
        leases.add(threads.submit(acquire));
      }
    }
    Path tree = leases.getFirst().get().directory();
    assertThat(files.fetches()).isEqualTo(1);
    assertThat(tree.resolve("app/data")).hasContent("content");
    assertThat(Files.getAttribute(tree.resolve("app/data"), "unix:uid")).isEqualTo(UID);
    cache = opened(1 << 30);
    try (DropletCache.Lease again = acquire()) {
      assertThat(again.directory()).isEqualTo(tree);
      assertThat(files.fetches()).isEqualTo(1);
    }
  }

  @Test
  void fetchesAgainWhenTheCopyHasChanged() throws IOException {
    Path data;
    try (DropletCache.Lease lease = acquire()) {
      data = lease.directory().resolve("app/data");
    }
    Files.writeString(data, "contenT");
    try (DropletCache.Lease lease = acquire()) {
      assertThat(data).hasContent("content");
      assertThat(files.fetches()).isEqualTo(2);
      assertThat(lease.directory().resolve("app/run.sh").toFile().canExecute()).isTrue();
    }
  }

  @Test
  void neverUnpacksWhatHasAnotherDigest() throws IOException {
    assertThatThrownBy(() -> cache.acquire("0".repeat(40), URI.create(files.address("d")), UID))
        .isInstanceOfSatisfying(
            DropletException.class,
            e -> assertThat(e.failure()).isEqualTo(DropletException.Failure.WRONG_DIGEST));
    assertThat(files.fetches()).isEqualTo(2);
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void saysWhatIsMissingWithoutTheSignature() {
    assertThatThrownBy(() -> cache.acquire("0".repeat(40), URI.create(files.address("none")), UID))
        .hasMessageContaining("answered 404")
        .hasMessageNotContaining("secret");
  }

  @Test
  void keepsWhatIsUsedAndDropsTheRest() throws IOException {
    DropletCache.Lease lease = acquire();
    time.advance(Duration.ofHours(2));
    cache.sweep();
    assertThat(lease.directory()).exists();
    lease.close();
    cache.sweep();
    assertThat(lease.directory()).exists();
    time.advance(Duration.ofHours(1));
    cache.sweep();
    assertThat(lease.directory()).doesNotExist();

    cache = opened(1);
    acquire().close();
    cache.sweep();
    assertThat(lease.directory()).doesNotExist();
  }

  @Test
  void clearsAwayWhatWasNotFinished() throws IOException {
    Files.createDirectories(directory.resolve(".new-x/tree"));
    Files.createDirectories(directory.resolve("0".repeat(40) + "-5/tree"));
    cache = opened(1);
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void givesEveryAppAnIdOfItsOwn() {
    assertThat(AppUid.of(new AppGuid("a"))).isEqualTo(AppUid.of(new AppGuid("a")));
    assertThat(AppUid.of(new AppGuid("a"))).isNotEqualTo(AppUid.of(new AppGuid("b")));
    assertThat(AppUid.of(new AppGuid("a"))).isGreaterThan(1 << 28);
  }
}
