package bellows.cmdb;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees those who wait for a server that has frozen: it holds its connections open and answers
 * nothing, so each of its clients would wait as long as for a statement that is merely long.
 *
 * <p>What tells the two apart is whether the server still answers a new client. That is tried only
 * while a transaction runs for longer than a look at it takes; a quiet platform costs nothing.
 */
public final class ServerWatch implements Component {
  private static final Logger log = LoggerFactory.getLogger(ServerWatch.class);

  /** With the second that a new connection may take, a caller waits less than two seconds. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(400);

  private final Database database;
  private final Scheduler scheduler;
  private Set<Connection> seen = Set.of();
  private Scheduler.@Nullable Timer looks;

  /**
   * @param database whose transactions are cut
   */
  public ServerWatch(Database database, Scheduler scheduler) {
    this.database = database;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized void start() {
    if (looks == null) {
      looks = scheduler.every(LOOK_EVERY, this::look);
    }
  }

  @Override
  public synchronized void close() {
    if (looks != null) {
      looks.close();
      looks = null;
    }
  }

  private void look() {
    Set<Connection> working = database.working();
    Set<Connection> waiting = new HashSet<>(working);
    waiting.retainAll(seen);
    seen = working;
    if (!waiting.isEmpty() && !database.answers()) {
      log.atWarn().addKeyValue("transactions", waiting.size()).log("database.frozen");
      waiting.forEach(Database::cut);
    }
  }
}
