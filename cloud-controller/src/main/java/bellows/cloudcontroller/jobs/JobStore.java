package bellows.cloudcontroller.jobs;

import bellows.base.ids.Ids;
import bellows.base.json.Json;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cmdb.SecretBox;
import bellows.http.CfErrorBodies;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The job table. A claim holds until {@code claimed_until}, by the database's clock; one that is
 * not renewed is free again, so a killed process loses no job.
 */
final class JobStore {
  private final SecretBox box;

  JobStore(SecretBox box) {
    this.box = box;
  }

  String add(Handle db, String userGuid, JobOrder order) {
    String guid = Ids.uuid();
    db.createUpdate(
            """
            insert into jobs (guid, operation, resource_type, resource_guid, user_guid, work_secret)
            values (:guid, :operation, :type, :resource, :user, :work)\
            """)
        .bind("guid", guid)
        .bind("operation", order.operation())
        .bind("type", order.resourceType())
        .bind("resource", order.resourceGuid())
        .bind("user", userGuid)
        .bind("work", box.seal(Json.bytes(order.work())))
        .execute();
    return guid;
  }

  Optional<JobState> find(Handle db, String guid) {
    return db.createQuery("select * from jobs where guid = :guid")
        .bind("guid", guid)
        .map((row, _) -> state(row))
        .findOne();
  }

  /** Takes the oldest job that nobody works on. */
  Optional<Job> claim(Handle db, String runner, Duration hold) {
    return db.createQuery(
            """
            update jobs
            set claimed_by = :runner, claimed_until = now() + :hold * interval '1 millisecond',
                attempts = attempts + 1
            where guid = (
              select guid from jobs
              where state = 'PROCESSING' and (claimed_until is null or claimed_until < now())
              order by created_at limit 1 for update skip locked)
            returning guid, operation, user_guid, work_secret, attempts\
            """)
        .bind("runner", runner)
        .bind("hold", hold.toMillis())
        .map((row, _) ->
            new Job(
                row.getString("guid"),
                row.getString("operation"),
                row.getString("user_guid"),
                Json.MAPPER.readTree(box.open(row.getBytes("work_secret"))),
                row.getInt("attempts")))
        .findOne();
  }

  void renew(Handle db, String runner, Collection<String> guids, Duration hold) {
    db.createUpdate(
            """
            update jobs set claimed_until = now() + :hold * interval '1 millisecond'
            where claimed_by = :runner and guid = any(:guids) and state = 'PROCESSING'\
            """)
        .bind("runner", runner)
        .bind("hold", hold.toMillis())
        .bind("guids", guids.toArray(String[]::new))
        .execute();
  }

  /** Gives the job back, to be claimed by anyone after {@code delay}. */
  void retryAfter(Handle db, String runner, String guid, Duration delay) {
    db.createUpdate(
            """
            update jobs
            set claimed_by = null, claimed_until = now() + :delay * interval '1 millisecond'
            where guid = :guid and claimed_by = :runner and state = 'PROCESSING'\
            """)
        .bind("runner", runner)
        .bind("guid", guid)
        .bind("delay", delay.toMillis())
        .execute();
  }

  /** Only the claim's owner ends a job: one who was too slow has lost it to another. */
  void end(Handle db, String runner, String guid, List<CfErrorBodies.Entry> errors) {
    db.createUpdate(
            """
            update jobs
            set state = :state, errors = cast(:errors as jsonb), updated_at = now(),
                claimed_by = null, claimed_until = null
            where guid = :guid and claimed_by = :runner and state = 'PROCESSING'\
            """)
        .bind("runner", runner)
        .bind("guid", guid)
        .bind("state", errors.isEmpty() ? JobState.COMPLETE : JobState.FAILED)
        .bind("errors", Json.text(errors))
        .execute();
  }

  int deleteEndedBefore(Handle db, Duration age) {
    return db.createUpdate(
            """
            delete from jobs
            where state <> 'PROCESSING' and updated_at < now() - :age * interval '1 second'\
            """)
        .bind("age", age.toSeconds())
        .execute();
  }

  private static JobState state(ResultSet row) throws SQLException {
    return new JobState(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        Timestamps.column(row, "updated_at"),
        row.getString("operation"),
        row.getString("state"),
        Json.tree(row.getString("errors")),
        Json.tree(row.getString("warnings")),
        row.getString("resource_type"),
        row.getString("resource_guid"),
        row.getString("user_guid"));
  }
}
