package bellows.cloudcontroller.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.TokenVerifier;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.TestDatabase;
import bellows.http.CfError;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobRunnerIT {
  /** What a job of these tests is about; the text must not lie in the table in the clear. */
  record Work(String secret) {}

  private static final JobRunner.Config CONFIG =
      new JobRunner.Config(2, Duration.ofMillis(600), Duration.ofMillis(50), 3);

  private final TestDatabase database = TestDatabase.create();
  private final SystemScheduler scheduler = new SystemScheduler();
  private final Jobs jobs =
      new Jobs(
          new Endpoints(
              new TokenVerifier(
                  new TokenVerifier.Config(URI.create("http://127.0.0.1:1")), scheduler),
              database.database()),
          new SecretBox(new byte[32]),
          scheduler);
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final Map<String, JobWork> works = new HashMap<>();
  private final List<JobRunner> runners = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    runners.forEach(JobRunner::close);
    scheduler.close();
    database.close();
  }

  private JobRunner runner() {
    return runner(CONFIG);
  }

  private JobRunner runner(JobRunner.Config config) {
    JobRunner runner = new JobRunner(config, database.database(), scheduler, jobs, works);
    runners.add(runner);
    runner.start();
    return runner;
  }

  private String enqueue(String operation) {
    return database
        .database()
        .inTransaction(db ->
            jobs.enqueue(db, "user", new JobOrder(operation, null, null, new Work("s3cret"))));
  }

  private JobState state(String guid) {
    return database.database().inTransaction(db -> jobs.store().find(db, guid)).orElseThrow();
  }

  private void awaitEnd(String guid) {
    Eventually.until("job ends", () -> state(guid).ended());
  }

  @Test
  void doesWhatWasPromised() {
    works.put("x.do", job -> done.add(job.work(Work.class).secret()));
    runner();
    String guid = enqueue("x.do");
    awaitEnd(guid);
    assertThat(state(guid).state()).isEqualTo(JobState.COMPLETE);
    assertThat(done).containsExactly("s3cret");
  }

  @Test
  void keepsThePromiseSealed() {
    String guid = enqueue("x.do");
    byte[] sealed =
        database
            .database()
            .inTransaction(db ->
                db.createQuery("select work_secret from jobs where guid = :guid")
                    .bind("guid", guid)
                    .mapTo(byte[].class)
                    .one());
    assertThat(new String(sealed, ISO_8859_1)).doesNotContain("s3cret");
  }

  @Test
  void takesOverFromARunnerThatWasKilled() {
    String guid = enqueue("x.do");
    // A killed process leaves just this: a claim that nobody renews.
    Job claimed =
        database
            .database()
            .inTransaction(db -> jobs.store().claim(db, "killed", Duration.ofMillis(300)))
            .orElseThrow();
    assertThat(claimed.guid()).isEqualTo(guid);
    works.put("x.do", job -> done.add("attempt " + job.attempt()));
    runner();
    awaitEnd(guid);
    assertThat(done).containsExactly("attempt 2");
    // The killed one, were it still alive, could not end what it lost.
    database.database().useTransaction(db -> jobs.store().end(db, "killed", guid, List.of()));
    assertThat(state(guid).state()).isEqualTo(JobState.COMPLETE);
  }

  @Test
  void keepsALongJobToItself() throws InterruptedException {
    CountDownLatch leave = new CountDownLatch(1);
    AtomicInteger starts = new AtomicInteger();
    works.put(
        "x.long",
        _ -> {
          starts.incrementAndGet();
          leave.await();
        });
    works.put("x.mark", _ -> done.add("mark"));
    runner();
    runner();
    String guid = enqueue("x.long");
    Eventually.until("started", () -> starts.get() == 1);
    long until = System.nanoTime() + Duration.ofMillis(1500).toNanos();
    Eventually.until("several claims would have ended", () -> System.nanoTime() > until);
    assertThat(starts).hasValue(1);
    leave.countDown();
    awaitEnd(guid);
  }

  @Test
  void triesAgainWithoutWaitingForTheNextLook() {
    works.put(
        "x.twice",
        job -> {
          done.add("attempt " + job.attempt());
          if (job.attempt() == 1) {
            throw new IllegalStateException("as planned");
          }
        });
    runner(new JobRunner.Config(2, Duration.ofHours(1), Duration.ofHours(1), 3));
    // The hint that there is a job comes with its commit.
    String guid = enqueue("x.twice");
    awaitEnd(guid);
    assertThat(done).containsExactly("attempt 1", "attempt 2");
  }

  @Test
  void triesAgainAndThenGivesUp() {
    works.put(
        "x.fail",
        _ -> {
          done.add("try");
          throw new IllegalStateException("password=hunter2");
        });
    runner();
    String guid = enqueue("x.fail");
    awaitEnd(guid);
    assertThat(done).hasSize(CONFIG.attempts());
    assertThat(state(guid).state()).isEqualTo(JobState.FAILED);
    assertThat(state(guid).errors().size()).isEqualTo(1);
    assertThat(state(guid).errors().toString()).doesNotContain("hunter2");
  }

  @Test
  void tellsAnErrorOfTheApiAtOnce() {
    works.put(
        "x.refuse",
        _ -> {
          done.add("try");
          throw CfError.Kind.UNPROCESSABLE_ENTITY.because("no");
        });
    runner();
    String guid = enqueue("x.refuse");
    awaitEnd(guid);
    assertThat(done).hasSize(1);
    assertThat(state(guid).errors().toString())
        .isEqualTo("[{\"code\":10008,\"title\":\"CF-UnprocessableEntity\",\"detail\":\"no\"}]");
  }

  @Test
  void forgetsAJobWhoseTransactionFailed() {
    works.put("x.do", _ -> done.add("done"));
    runner();
    try {
      database
          .database()
          .useTransaction(db -> {
            jobs.enqueue(db, "user", JobOrder.delete("x.do", "g"));
            throw new IllegalStateException("rolled back");
          });
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("rolled back");
    }
    awaitEnd(enqueue("x.do"));
    assertThat(done).hasSize(1);
  }
}
