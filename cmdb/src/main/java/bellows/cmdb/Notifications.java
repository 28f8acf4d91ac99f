package bellows.cmdb;

import bellows.base.lifecycle.Component;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what the CMDB's triggers say ({@code pg_notify}), so that an edit by plain SQL is noticed
 * at once. A notification is a hint: those of a time without a connection are lost, so each new
 * connection begins as if everything had changed.
 *
 * <p>Has one connection and one virtual thread of its own, on which the callbacks run, without any
 * lock. What they throw is logged.
 */
public final class Notifications implements Component {
  private static final Logger log = LoggerFactory.getLogger(Notifications.class);

  /** How long the server may be silent before we look whether it is still there. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private static final Duration RECONNECT = Duration.ofSeconds(1);

  private final Database database;
  private final String channel;
  private final Runnable all;
  private final Consumer<String> one;
  private volatile @Nullable CountDownLatch closing;
  private volatile @Nullable Connection connection;

  /**
   * @param channel a name of ours, as it stands in the triggers
   * @param all called when anything may have changed
   * @param one called with each payload, once for those that came together
   */
  public Notifications(Database database, String channel, Runnable all, Consumer<String> one) {
    this.database = database;
    this.channel = channel;
    this.all = all;
    this.one = one;
  }

  @Override
  public synchronized void start() {
    if (closing == null) {
      CountDownLatch closed = new CountDownLatch(1);
      closing = closed;
      Thread.ofVirtual().name("notifications-" + channel).start(() -> run(closed));
    }
  }

  @Override
  public synchronized void close() {
    CountDownLatch closed = closing;
    if (closed != null) {
      closing = null;
      closed.countDown();
      end(connection);
    }
  }

  private void run(CountDownLatch closed) {
    try {
      do {
        hear(closed);
      } while (!closed.await(RECONNECT.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when the connection is lost or this is closed. */
  private void hear(CountDownLatch closed) {
    try (Connection session = database.dedicatedConnection()) {
      connection = session;
      try (Statement statement = session.createStatement()) {
        statement.execute("listen " + channel);
      }
      tell(all);
      PGConnection postgres = session.unwrap(PGConnection.class);
      while (closed.getCount() > 0 && session.isValid(Math.toIntExact(SILENCE.toSeconds()))) {
        PGNotification[] heard = postgres.getNotifications(Math.toIntExact(SILENCE.toMillis()));
        if (heard != null && heard.length > 0) {
          Set<String> payloads = new HashSet<>();
          for (PGNotification notification : heard) {
            payloads.add(notification.getParameter());
          }
          payloads.forEach(payload -> tell(() -> one.accept(payload)));
        }
      }
    } catch (SQLException e) {
      if (closed.getCount() > 0) {
        log.atWarn().addKeyValue("channel", channel).setCause(e).log("notifications.lost");
      }
    } finally {
      connection = null;
    }
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.atError()
          .addKeyValue("channel", channel)
          .setCause(e)
          .log("notifications.listener_failed");
    }
  }

  /** Ends the wait for notifications too: the socket is closed under it. */
  private static void end(@Nullable Connection session) {
    if (session != null) {
      try {
        session.abort(Runnable::run);
      } catch (SQLException e) {
        log.atDebug().setCause(e).log("notifications.session_was_dead");
      }
    }
  }
}
