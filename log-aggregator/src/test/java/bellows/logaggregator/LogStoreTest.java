package bellows.logaggregator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import bellows.base.time.testing.ManualScheduler;
import bellows.contracts.logs.LogBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogStoreTest {
  private static final int LINE = 96 + 1; // what a line of one letter counts

  private final ManualScheduler scheduler = new ManualScheduler();
  private final LogStore store = new LogStore(LogStore.Config.DEFAULT, scheduler);

  @Test
  void linesComeBackInTheOrderInWhichTheyCame() {
    add(store, "shop", 100, "a");
    add(store, "shop", 200, "b");
    add(store, "other", 150, "not mine");
    assertThat(texts(store, "shop")).containsExactly("a", "b");
  }

  @Test
  void twoLinesOfOneMomentGetTimesOfTheirOwn() {
    add(store, "shop", 100, "a");
    add(store, "shop", 100, "b");
    add(store, "shop", 100, "c");
    assertThat(read(store, "shop"))
        .extracting(StoredLine::timestampNanos)
        .containsExactly(100L, 101L, 102L);
  }

  @Test
  void aLateLineIsNotHiddenFromWhoeverFollows() {
    add(store, "shop", 200, "router");
    List<StoredLine> seen = read(store, "shop");
    add(store, "shop", 150, "app, delivered late");
    Query next = new Query(seen.getLast().timestampNanos() + 1, Long.MAX_VALUE, 100, false);
    assertThat(texts(store.read("shop", next))).containsExactly("app, delivered late");
  }

  @Test
  void aLineFromTheFutureIsTakenAsOneOfNow() {
    long now = LogStore.nanos(scheduler.now());
    add(store, "shop", Long.MAX_VALUE, "wrong clock");
    scheduler.advance(Duration.ofSeconds(1));
    add(store, "shop", now + 500, "right clock");
    assertThat(read(store, "shop"))
        .extracting(StoredLine::timestampNanos)
        .containsExactly(now, now + 500);
  }

  @Test
  void theOldestLinesGoAndTheReaderIsTold() {
    LogStore small = new LogStore(new LogStore.Config(3, 1 << 20, 1 << 20, 10), scheduler);
    for (int i = 1; i <= 5; i++) {
      add(small, "shop", i * 100L, "line " + i);
    }
    assertThat(texts(small, "shop"))
        .containsExactly(
            "2 older lines were dropped: at most 3 lines or 1048576 bytes are kept",
            "line 3",
            "line 4",
            "line 5");
    assertThat(small.dropped()).isEqualTo(2);
    assertThat(small.meta().get("shop")).isEqualTo(new LogStore.Meta(3, 2, 300, 500));
  }

  @Test
  void whoHasSeenTheDroppedLinesIsNotTold() {
    LogStore small = new LogStore(new LogStore.Config(3, 1 << 20, 1 << 20, 10), scheduler);
    for (int i = 1; i <= 5; i++) {
      add(small, "shop", i * 100L, "line " + i);
    }
    assertThat(texts(small.read("shop", new Query(201, 1000, 100, false))))
        .containsExactly("line 3", "line 4", "line 5");
    assertThat(texts(small.read("shop", new Query(200, 1000, 100, false)))).hasSize(4);
  }

  @Test
  void anAppIsBoundedInBytes() {
    LogStore small = new LogStore(new LogStore.Config(100, 2 * LINE, 1 << 20, 10), scheduler);
    for (String text : List.of("a", "b", "c")) {
      add(small, "shop", 1, text);
    }
    assertThat(texts(small, "shop")).hasSize(3).endsWith("b", "c");
    add(small, "shop", 2, "much too long for what an app may have".repeat(10));
    assertThat(texts(small, "shop")).hasSize(1).first().asString().startsWith("4 older lines");
    add(small, "shop", 3, "d");
    assertThat(texts(small, "shop")).hasSize(2).endsWith("d");
  }

  @Test
  void theAppThatWasSilentTheLongestLosesItsLines() {
    LogStore small = new LogStore(new LogStore.Config(100, 3 * LINE, 4 * LINE, 10), scheduler);
    add(small, "first", 1, "a");
    add(small, "second", 2, "b");
    add(small, "first", 3, "c");
    add(small, "third", 4, "d");
    assertThat(texts(small, "second")).containsExactly("b");
    add(small, "third", 5, "e");
    assertThat(texts(small, "second")).hasSize(1).first().asString().startsWith("1 older lines");
    assertThat(texts(small, "first")).containsExactly("a", "c");
    assertThat(texts(small, "third")).containsExactly("d", "e");
    assertThat(small.dropped()).isEqualTo(1);
    assertThat(small.meta()).containsOnlyKeys("first", "third");
    add(small, "second", 6, "f");
    assertThat(texts(small, "second")).hasSize(2).endsWith("f");
  }

  @Test
  void theNumberOfAppsIsBounded() {
    LogStore small = new LogStore(new LogStore.Config(100, 1000, 10_000, 3), scheduler);
    for (int i = 0; i < 1000; i++) {
      add(small, "app " + i, i, "x");
    }
    assertThat(small.meta()).containsOnlyKeys("app 997", "app 998", "app 999");
    assertThat(small.dropped()).isEqualTo(997);
    assertThat(texts(small, "app 0")).isEmpty();
  }

  @Test
  void theBoundsHoldUnderAFlood() {
    for (int app = 0; app < 100; app++) {
      for (int i = 0; i < 2500; i++) {
        add(store, "app " + app, i, "x".repeat(1000));
      }
    }
    long kept = store.meta().values().stream().mapToLong(meta -> meta.count() * (96 + 1000)).sum();
    assertThat(kept).isLessThanOrEqualTo(64L << 20).isGreaterThan(60L << 20);
    assertThat(store.meta()).containsKey("app 99");
    assertThat(store.meta().values()).allMatch(meta -> meta.count() <= 2000);
    assertThat(
            store.meta().values().stream().mapToLong(LogStore.Meta::count).sum() + store.dropped())
        .isEqualTo(250_000);
  }

  @Test
  void manyWritersLoseNothing() throws Exception {
    CountDownLatch done = new CountDownLatch(8);
    for (int writer = 0; writer < 8; writer++) {
      String name = "w" + writer;
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < 100; i++) {
              add(store, "shop", 100, name + " " + i);
            }
            done.countDown();
          });
    }
    done.await();
    List<String> all = texts(store.read("shop", new Query(0, Long.MAX_VALUE, 1000, false)));
    assertThat(all).hasSize(800).doesNotHaveDuplicates();
    for (int writer = 0; writer < 8; writer++) {
      String name = "w" + writer + " ";
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        expected.add(name + i);
      }
      assertThat(all.stream().filter(text -> text.startsWith(name)).toList()).isEqualTo(expected);
    }
  }

  @Test
  void boundsThatContradictEachOtherAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new LogStore.Config(10, 1000, 999, 10));
    assertThatIllegalArgumentException().isThrownBy(() -> new LogStore.Config(0, 1000, 1000, 10));
  }

  private static void add(LogStore store, String app, long nanos, String text) {
    store.add(new LogBatch.Line(app, nanos, "APP/PROC/WEB", "0", false, text));
  }

  private static List<StoredLine> read(LogStore store, String app) {
    return store.read(app, new Query(Long.MIN_VALUE, Long.MAX_VALUE, 1000, false));
  }

  private static List<String> texts(LogStore store, String app) {
    return texts(read(store, app));
  }

  private static List<String> texts(List<StoredLine> lines) {
    return lines.stream().map(line -> new String(line.payload(), UTF_8)).toList();
  }
}
