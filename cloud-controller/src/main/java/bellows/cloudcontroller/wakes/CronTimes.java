package bellows.cloudcontroller.wakes;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/** The times of a cron expression with five fields, in UTC. */
final class CronTimes {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private CronTimes() {}

  /** What is wrong with the expression. */
  static Optional<String> fault(String cron) {
    try {
      return next(cron, Instant.EPOCH).isPresent()
          ? Optional.empty()
          : Optional.of("'%s' never comes".formatted(cron));
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "'%s' is no cron expression; it has five fields: minute hour day month weekday, such as '*/15 * * * *'"
              .formatted(cron));
    }
  }

  /** The first time after {@code after}; empty when there is none. */
  static Optional<Instant> next(String cron, Instant after) {
    Cron parsed = PARSER.parse(cron).validate();
    return ExecutionTime.forCron(parsed)
        .nextExecution(after.atZone(ZoneOffset.UTC))
        .map(ZonedDateTime::toInstant);
  }
}
