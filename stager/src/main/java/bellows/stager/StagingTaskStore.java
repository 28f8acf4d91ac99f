package bellows.stager;

import bellows.base.json.Json;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingReply;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The queue in the CMDB. A claim ends by itself when it is not renewed, so a stager that died takes
 * no task with it; every write checks that the claim is still ours.
 */
final class StagingTaskStore {
  /** Takes the oldest task that nobody works on. */
  Optional<ClaimedTask> claim(Handle db, String stager, Duration claim) {
    return db.createQuery(
            """
            update staging_tasks
            set state = 'CLAIMED', claimed_by = :stager,
                claimed_until = now() + make_interval(secs => :seconds)
            where build_guid = (
              select build_guid from staging_tasks
              where state = 'QUEUED' or (state = 'CLAIMED' and claimed_until < now())
              order by created_at
              limit 1
              for update skip locked)
            returning build_guid, app_guid, attempts, request_secret\
            """)
        .bind("stager", stager)
        .bind("seconds", claim.toSeconds())
        .map((row, _) ->
            new ClaimedTask(
                row.getString("build_guid"),
                new AppGuid(row.getString("app_guid")),
                row.getInt("attempts"),
                row.getBytes("request_secret")))
        .findOne();
  }

  /**
   * @return false when the task is not ours any more, or gone together with its app
   */
  boolean renew(Handle db, String stager, String buildGuid, Duration claim) {
    return db.createUpdate(
                """
                update staging_tasks
                set claimed_until = now() + make_interval(secs => :seconds)
                where build_guid = :build and state = 'CLAIMED' and claimed_by = :stager\
                """)
            .bind("seconds", claim.toSeconds())
            .bind("build", buildGuid)
            .bind("stager", stager)
            .execute()
        == 1;
  }

  /** Counts that the task is now sent to a DEA under this id. */
  boolean sent(Handle db, String stager, String buildGuid, TaskId task) {
    return db.createUpdate(
                """
                update staging_tasks set attempts = attempts + 1, task_id = :task
                where build_guid = :build and state = 'CLAIMED' and claimed_by = :stager\
                """)
            .bind("task", task.value())
            .bind("build", buildGuid)
            .bind("stager", stager)
            .execute()
        == 1;
  }

  /** Stores how it ended; the controller makes a droplet or a failed build of it. */
  boolean finish(Handle db, String stager, String buildGuid, StagingReply result) {
    return db.createUpdate(
                """
                update staging_tasks
                set state = 'DONE', result = cast(:result as jsonb), claimed_by = null,
                    claimed_until = null
                where build_guid = :build and state = 'CLAIMED' and claimed_by = :stager\
                """)
            .bind("result", Json.text(result))
            .bind("build", buildGuid)
            .bind("stager", stager)
            .execute()
        == 1;
  }

  /**
   * Gives a task back as it was claimed, for another stager or a later time: an attempt that we
   * ended ourselves does not count.
   */
  void release(Handle db, String stager, ClaimedTask task) {
    db.createUpdate(
            """
            update staging_tasks
            set state = 'QUEUED', attempts = :attempts, claimed_by = null, claimed_until = null
            where build_guid = :build and state = 'CLAIMED' and claimed_by = :stager\
            """)
        .bind("attempts", task.attempts())
        .bind("build", task.buildGuid())
        .bind("stager", stager)
        .execute();
  }

  /** Gives back what an earlier run of this stager has claimed. */
  int releaseAll(Handle db, String stager) {
    return db.createUpdate(
            """
            update staging_tasks set state = 'QUEUED', claimed_by = null, claimed_until = null
            where state = 'CLAIMED' and claimed_by = :stager\
            """)
        .bind("stager", stager)
        .execute();
  }
}
