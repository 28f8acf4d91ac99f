package bellows.cloudcontroller.placements;

import bellows.bus.MessageBus;
import bellows.bus.Subject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages about single apps, one after the other: an app whose owner has made its message longer
 * than the bus carries, by many long routes or variables, must not keep the others from theirs.
 */
final class OneMessage {
  private static final Logger log = LoggerFactory.getLogger(OneMessage.class);

  private OneMessage() {}

  /**
   * Publishes it, or logs that it is too long.
   *
   * @param app whose message it is, for the log
   * @return false when it is too long
   */
  static <T> boolean publish(MessageBus bus, Subject<T> subject, T message, String app) {
    try {
      bus.publish(subject, message);
      return true;
    } catch (IllegalArgumentException e) {
      log.atError()
          .addKeyValue("subject", subject.name())
          .addKeyValue("app", app)
          .addKeyValue("reason", e.getMessage())
          .log("message.too_long");
      return false;
    }
  }
}
