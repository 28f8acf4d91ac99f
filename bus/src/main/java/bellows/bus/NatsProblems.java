package bellows.bus;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the NATS library reports, as log lines of ours. */
final class NatsProblems implements ErrorListener {
  private static final Logger log = LoggerFactory.getLogger(NatsProblems.class);

  @Override
  public void errorOccurred(Connection connection, String error) {
    log.atWarn().addKeyValue("problem", error).log("bus.error");
  }

  /** Mostly the end of a connection, which is reported as such, too. */
  @Override
  public void exceptionOccurred(Connection connection, Exception problem) {
    log.atDebug().setCause(problem).log("bus.exception");
  }

  @Override
  public void slowConsumerDetected(Connection connection, Consumer consumer) {
    log.atWarn().addKeyValue("dropped", consumer.getDroppedCount()).log("bus.slow");
  }
}
