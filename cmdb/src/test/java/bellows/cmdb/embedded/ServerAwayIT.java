package bellows.cmdb.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.base.process.SubprocessException;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.cmdb.Database;
import bellows.cmdb.DatabaseException;
import bellows.cmdb.ServerWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever needs a server that is away hears so soon, and everything goes on when it is back. */
class ServerAwayIT {
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration BUSY_MACHINE = Duration.ofSeconds(30);

  @TempDir static Path programs;
  @TempDir static Path temporary;

  private static final List<AutoCloseable> open = new ArrayList<>();
  private static SystemScheduler scheduler;
  private static EmbeddedPostgres server;
  private static Database database;

  @BeforeAll
  static void start() throws IOException {
    scheduler = new SystemScheduler();
    open.addFirst(scheduler);
    for (Path directory : List.of(programs, temporary)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }
    server =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Config(temporary.resolve("postgres"), "bellows", 10, false),
            () -> Distribution.bundled(programs),
            scheduler);
    server.start();
    open.addFirst(server);
    database = new Database(server.database());
    database.start();
    open.addFirst(database);
    ServerWatch watch = new ServerWatch(database, scheduler);
    watch.start();
    open.addFirst(watch);
  }

  @AfterAll
  static void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    open.clear();
  }

  @Test
  void aFrozenServerIsAnOutageWithinTwoSeconds() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch frozen = new CountDownLatch(1);
    CompletableFuture<Integer> caughtInside =
        CompletableFuture.supplyAsync(() ->
            database.inTransaction(db -> {
              inside.countDown();
              await(frozen);
              return db.createQuery("select 1").mapTo(Integer.class).one();
            }));
    await(inside);
    List<Long> stopped = freeze();
    try {
      frozen.countDown();
      assertThat(outage(caughtInside)).isEqualTo(DatabaseException.Failure.UNREACHABLE);
      for (int i = 0; i < 3; i++) {
        assertThat(outage(CompletableFuture.supplyAsync(ServerAwayIT::one)))
            .isEqualTo(DatabaseException.Failure.UNREACHABLE);
      }
    } finally {
      stopped.forEach(pid -> signal("CONT", pid));
    }
    Eventually.until("the server answers again", BUSY_MACHINE, () -> one() == 1);
  }

  @Test
  void aLongStatementIsNone() {
    assertThat(
            database.<Integer>inTransaction(
                db -> db.createQuery("select 1 from pg_sleep(2.5)").mapTo(Integer.class).one()))
        .isEqualTo(1);
  }

  @Test
  void aKilledServerIsBackBeforeOneNeedsToSaySo() {
    assertThat(one()).isEqualTo(1);
    signal("KILL", server.pid().orElseThrow());
    Eventually.until(
        "the server was started again",
        BUSY_MACHINE,
        () -> {
          try {
            return one() == 1;
          } catch (DatabaseException e) {
            assertThat(e.failure()).isEqualTo(DatabaseException.Failure.UNREACHABLE);
            return false;
          }
        });
  }

  private static int one() {
    return database.inTransaction(db -> db.createQuery("select 1").mapTo(Integer.class).one());
  }

  private static DatabaseException.Failure outage(CompletableFuture<?> call) throws Exception {
    try {
      call.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DatabaseException away) {
        return away.failure();
      }
      throw e;
    }
    throw new AssertionError("it answered");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Freezes the postmaster first, so that it starts no further process. */
  private static List<Long> freeze() {
    ProcessHandle postmaster = ProcessHandle.of(server.pid().orElseThrow()).orElseThrow();
    signal("STOP", postmaster.pid());
    List<Long> pids = new ArrayList<>();
    pids.add(postmaster.pid());
    for (ProcessHandle child : postmaster.children().toList()) {
      try {
        signal("STOP", child.pid());
        pids.add(child.pid());
      } catch (SubprocessException e) {
        // A background worker that ended meanwhile needs no freezing.
        assertThat(child.isAlive()).isFalse();
      }
    }
    return pids;
  }

  private static void signal(String name, long pid) {
    Subprocess.run(
            Duration.ofSeconds(5), List.of("kill", "-" + name, Long.toString(pid)), "", Map.of())
        .orThrow("kill");
  }
}
