package bellows.cloudcontroller.jobs;

import bellows.base.time.Scheduler;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Permissions;
import bellows.cmdb.SecretBox;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Work that is promised with 202 and done after the answer. The promise is a row written in the
 * request's own transaction, so it holds when the process dies.
 */
public final class Jobs {
  private static final Duration HOLD = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final Endpoints endpoints;
  private final Scheduler scheduler;
  private final JobStore store;
  private final JobSignals signals = new JobSignals();

  public Jobs(Endpoints endpoints, SecretBox box, Scheduler scheduler) {
    this.endpoints = endpoints;
    this.scheduler = scheduler;
    this.store = new JobStore(box);
  }

  /** What clients ask about a job. */
  public List<Route> routes() {
    return List.of(endpoints.get("/v3/jobs/:guid", this::show));
  }

  /**
   * Promises the work; it begins after the commit.
   *
   * @param userGuid may see the job
   * @return the job's guid
   */
  public String enqueue(Handle db, String userGuid, JobOrder order) {
    String guid = store.add(db, userGuid, order);
    db.afterCommit(signals::added);
    return guid;
  }

  /**
   * Promises the caller the work that {@code decide} orders, in one transaction with it.
   *
   * @return 202 with the job's address and no body
   */
  public Reply accept(Call call, Function<Handle, JobOrder> decide) {
    String job = call.inTransaction(db -> enqueue(db, call.caller().guid(), decide.apply(db)));
    return Reply.empty(202).with("Location", call.links().url("/v3/jobs/%s", job));
  }

  /**
   * Holds the answer for a moment while the job runs: clients look at once and then only every 3 s.
   */
  private Reply show(Call call) throws InterruptedException {
    long deadline = scheduler.nanoTime() + HOLD.toNanos();
    JobState job = find(call);
    while (!job.ended() && scheduler.nanoTime() < deadline) {
      signals.awaitAnyEnd(LOOK_AGAIN);
      job = find(call);
    }
    return job.body(call.links()).reply(200);
  }

  private JobState find(Call call) {
    return call.inTransaction(db -> store.find(db, call.guid()))
        .filter(job -> call.caller().isAdmin() || job.userGuid().equals(call.caller().guid()))
        .orElseThrow(() -> Permissions.notFound("Job"));
  }

  JobStore store() {
    return store;
  }

  JobSignals signals() {
    return signals;
  }
}
