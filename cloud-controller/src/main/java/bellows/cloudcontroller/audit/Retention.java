package bellows.cloudcontroller.audit;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Forgets old audit events and ended jobs, so that the tables do not grow for ever. */
public final class Retention implements Component {
  /**
   * @param events age at which an audit event is forgotten
   * @param history age at which a change of an app is forgotten once another one came after it
   * @param jobs age at which an ended job is forgotten
   * @param look how often
   */
  public record Config(Duration events, Duration history, Duration jobs, Duration look) {
    public static final Config DEFAULT =
        new Config(
            Duration.ofDays(31), Duration.ofDays(90), Duration.ofDays(7), Duration.ofHours(1));
  }

  /**
   * The history must know of every time since then, so of what there was before it keeps the last
   * version of each row, however old that is. That a row is gone is kept for as long as a version
   * that says otherwise.
   */
  private static final String SUPERSEDED =
      """
      delete from change_rows r using change_sets s
      where s.number = r.change_number and s.created_at < now() - :age * interval '1 second'
        and (exists (
            select 1 from change_rows newer join change_sets n on n.number = newer.change_number
            where newer.kind = r.kind and newer.key = r.key and newer.version > r.version
              and n.created_at < now() - :age * interval '1 second')
          or r.became is null and not exists (
            select 1 from change_rows other
            where other.kind = r.kind and other.key = r.key and other.version <> r.version))\
      """;

  private final Config config;
  private final Database database;
  private final Scheduler scheduler;
  private Scheduler.@Nullable Timer timer;

  public Retention(Config config, Database database, Scheduler scheduler) {
    this.config = config;
    this.database = database;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized void start() {
    if (timer == null) {
      timer = scheduler.every(config.look(), this::forget);
    }
  }

  @Override
  public synchronized void close() {
    if (timer != null) {
      timer.close();
      timer = null;
    }
  }

  private void forget() {
    delete(
        "delete from audit_events where created_at < now() - :age * interval '1 second'",
        config.events());
    delete(SUPERSEDED, config.history());
    delete(
        """
        delete from change_sets s
        where created_at < now() - :age * interval '1 second'
          and not exists (select 1 from change_rows where change_number = s.number)\
        """,
        config.history());
    delete(
        """
        delete from jobs
        where state in ('COMPLETE', 'FAILED') and updated_at < now() - :age * interval '1 second'\
        """,
        config.jobs());
  }

  private void delete(String sql, Duration age) {
    database.useTransaction(db -> db.createUpdate(sql).bind("age", age.toSeconds()).execute());
  }
}
