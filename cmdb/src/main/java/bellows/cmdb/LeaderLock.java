package bellows.cmdb;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one of several processes the leader: the one whose session holds an advisory lock. When it
 * dies the server frees the lock, and another one has it after at most one check.
 *
 * <p>A leader that was cut off may believe in its lead for a while. So each new leader has a higher
 * term, and what a leader writes begins with {@link #requireTerm} in the same transaction.
 * Thread-safe.
 */
public final class LeaderLock implements Component {
  private static final Logger log = LoggerFactory.getLogger(LeaderLock.class);

  private static final Duration VALID = Duration.ofSeconds(3);

  /** Terms count from 1. */
  private static final long NOT_LEADING = 0;

  private final Config config;
  private final Database database;
  private final Scheduler scheduler;
  private Scheduler.@Nullable Timer checks;
  private @Nullable Connection session;
  private volatile long term = NOT_LEADING;

  /**
   * @param name what is led, for instance {@code health-manager}
   * @param holder who we are, for people who look at the table
   * @param checkEvery how often we try to get the lock, or look whether we still have it
   */
  public record Config(String name, String holder, Duration checkEvery) {
    public Config {
      if (!checkEvery.isPositive()) {
        throw new IllegalArgumentException("leader.check_every must be above 0s: " + checkEvery);
      }
    }
  }

  public LeaderLock(Config config, Database database, Scheduler scheduler) {
    this.config = config;
    this.database = database;
    this.scheduler = scheduler;
  }

  /** Tries once at once, so that a process that is alone leads when this returns. */
  @Override
  public synchronized void start() {
    if (checks == null) {
      checks = scheduler.every(config.checkEvery(), this::check);
      check();
    }
  }

  /** Gives the lead away. */
  @Override
  public synchronized void close() {
    if (checks != null) {
      checks.close();
      checks = null;
    }
    resign();
  }

  /** Our term while we lead, as far as we know. */
  public OptionalLong term() {
    long current = term;
    return current == NOT_LEADING ? OptionalLong.empty() : OptionalLong.of(current);
  }

  /**
   * Keeps the term from changing until the transaction ends.
   *
   * @throws IllegalStateException when there is a newer leader than the one of {@code term}
   */
  public void requireTerm(Handle db, long term) {
    long newest =
        db.createQuery("select term from leader_terms where name = :name for share")
            .bind("name", config.name())
            .mapTo(Long.class)
            .one();
    if (newest != term) {
      throw new IllegalStateException(
          "%s is led in term %d by now, not %d".formatted(config.name(), newest, term));
    }
  }

  private synchronized void check() {
    if (checks == null) {
      return;
    }
    try {
      if (session != null && !session.isValid(Math.toIntExact(VALID.toSeconds()))) {
        resign();
      }
      if (session == null) {
        session = database.dedicatedConnection();
      }
      if (term == NOT_LEADING && lock(session)) {
        term = newTerm(session);
        log.atInfo()
            .addKeyValue("name", config.name())
            .addKeyValue("term", term)
            .log("leader.elected");
      }
    } catch (SQLException e) {
      resign();
      log.atWarn().addKeyValue("name", config.name()).setCause(e).log("leader.check_failed");
    }
  }

  /** Ends the session, and with it the lock. */
  private void resign() {
    if (term != NOT_LEADING) {
      term = NOT_LEADING;
      log.atInfo().addKeyValue("name", config.name()).log("leader.resigned");
    }
    if (session != null) {
      try {
        session.close();
      } catch (SQLException e) {
        log.atDebug().setCause(e).log("leader.session_was_dead");
      }
      session = null;
    }
  }

  private boolean lock(Connection session) throws SQLException {
    try (PreparedStatement statement =
        session.prepareStatement("select pg_try_advisory_lock(hashtextextended(?, 0))")) {
      statement.setString(1, config.name());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private long newTerm(Connection session) throws SQLException {
    try (PreparedStatement statement =
        session.prepareStatement(
            """
            insert into leader_terms (name, term, holder, since) values (?, 1, ?, now())
            on conflict (name) do update
              set term = leader_terms.term + 1, holder = excluded.holder, since = excluded.since
            returning term
            """)) {
      statement.setString(1, config.name());
      statement.setString(2, config.holder());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
