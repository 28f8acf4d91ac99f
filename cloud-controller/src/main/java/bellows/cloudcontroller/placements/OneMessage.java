package bellows.cloudcontroller.placements;

import bellows.bus.MessageBus;
import bellows.bus.Subject;
import java.util.function.Supplier;
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
   * @throws RuntimeException what the bus throws of itself
   */
  static <T> void publish(MessageBus bus, Subject<T> subject, T message, Supplier<String> app) {
    try {
      bus.publish(subject, message);
    } catch (IllegalArgumentException e) {
      log.atError()
          .addKeyValue("subject", subject.name())
          .addKeyValue("app", app.get())
          .addKeyValue("reason", e.getMessage())
          .log("message.too_long");
    }
  }
}
