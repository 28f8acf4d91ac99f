package bellows.cloudcontroller.wakes;

import bellows.cloudcontroller.api.Timestamps;
import bellows.contracts.ids.AppGuid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of wakes by the clock. */
final class WakeStore {
  /** What is due is taken in portions, so that a crowd at midnight is no long transaction. */
  private static final int PORTION = 50;

  /** When a row is looked at again whose times nobody can tell. */
  private static final Duration NEVER_COMES = Duration.ofDays(1);

  List<ScheduledWake> of(Handle db, String app) {
    return db.createQuery("select * from scheduled_wakes where app_guid = :app order by created_at")
        .bind("app", app)
        .map((row, _) -> wake(row))
        .list();
  }

  void insert(Handle db, ScheduledWake wake) {
    db.createUpdate(
            """
            insert into scheduled_wakes (guid, app_guid, cron, path, next_at, created_by)
            values (:guid, :app, :cron, :path, :next, :by)\
            """)
        .bind("guid", wake.guid())
        .bind("app", wake.app())
        .bind("cron", wake.cron())
        .bind("path", wake.path())
        .bind("next", wake.nextAt().atOffset(ZoneOffset.UTC))
        .bind("by", wake.createdBy())
        .execute();
  }

  boolean delete(Handle db, String app, String guid) {
    return db.createUpdate("delete from scheduled_wakes where guid = :guid and app_guid = :app")
            .bind("guid", guid)
            .bind("app", app)
            .execute()
        > 0;
  }

  /**
   * Takes some of what is due, none when nothing is: its next time is moved on in this transaction,
   * so nobody else has it. What was missed while no controller ran is made up for once. A row whose
   * cron expression is wrong, as only SQL can write it, is taken and moved on, too.
   */
  List<ScheduledWake> take(Handle db, Instant now) {
    List<ScheduledWake> due =
        db.createQuery(
                """
                select * from scheduled_wakes where next_at <= :now
                order by next_at limit :portion for update skip locked\
                """)
            .bind("now", now.atOffset(ZoneOffset.UTC))
            .bind("portion", PORTION)
            .map((row, _) -> wake(row))
            .list();
    for (ScheduledWake wake : due) {
      Optional<Instant> next =
          CronTimes.fault(wake.cron()).isPresent()
              ? Optional.empty()
              : CronTimes.next(wake.cron(), now);
      db.createUpdate(
              "update scheduled_wakes set next_at = :next, last_at = :now where guid = :guid")
          .bind("next", next.orElse(now.plus(NEVER_COMES)).atOffset(ZoneOffset.UTC))
          .bind("now", now.atOffset(ZoneOffset.UTC))
          .bind("guid", wake.guid())
          .execute();
    }
    return due;
  }

  void setResult(Handle db, String guid, String result) {
    db.createUpdate("update scheduled_wakes set last_result = :result where guid = :guid")
        .bind("result", result)
        .bind("guid", guid)
        .execute();
  }

  /** Where the app's first web instance is called, and by which name. */
  Optional<WakeCall.Target> target(Handle db, AppGuid app) {
    return db.createQuery(
            """
            select pl.address, pl.port,
                   case when r.host = '' then d.name else r.host || '.' || d.name end as host,
                   r.path
            from placements pl
              join processes p on p.guid = pl.process_guid
              join route_destinations rd on rd.app_guid = p.app_guid and rd.process_type = p.type
              join routes r on r.guid = rd.route_guid
              join domains d on d.guid = r.domain_guid
            where p.app_guid = :app and pl.port > 0 and pl.address <> '' and r.port is null
            order by pl.instance_index, rd.created_at limit 1\
            """)
        .bind("app", app.value())
        .map((row, _) ->
            new WakeCall.Target(
                row.getString("address"),
                row.getInt("port"),
                row.getString("host"),
                row.getString("path")))
        .findOne();
  }

  private static ScheduledWake wake(ResultSet row) throws SQLException {
    return new ScheduledWake(
        row.getString("guid"),
        row.getString("app_guid"),
        row.getString("cron"),
        row.getString("path"),
        Timestamps.column(row, "next_at"),
        Timestamps.nullableColumn(row, "last_at"),
        row.getString("last_result"),
        row.getString("created_by"),
        Timestamps.column(row, "created_at"));
  }
}
