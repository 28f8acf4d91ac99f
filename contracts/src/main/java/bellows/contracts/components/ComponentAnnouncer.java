package bellows.contracts.components;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells collectors where the status endpoints are (reference/messages.md, 1.5). */
public final class ComponentAnnouncer implements Component {
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss Z").withZone(ZoneOffset.UTC);

  private final MessageBus bus;
  private final Scheduler scheduler;
  private final String type;
  private final int index;
  private final String uuid;
  private final String host;
  private final List<String> credentials;
  private long startedNanos;
  private String started = "";
  private MessageBus.@Nullable Subscription discovers;

  /**
   * @param type by which a collector knows what the part shows
   * @param host {@code ip:port} of the status endpoints
   * @param credentials user and password
   */
  public ComponentAnnouncer(
      MessageBus bus,
      Scheduler scheduler,
      String type,
      int index,
      String uuid,
      String host,
      List<String> credentials) {
    this.bus = bus;
    this.scheduler = scheduler;
    this.type = type;
    this.index = index;
    this.uuid = uuid;
    this.host = host;
    this.credentials = credentials;
  }

  @Override
  public void start() {
    if (discovers == null) {
      startedNanos = scheduler.nanoTime();
      started = START.format(scheduler.now());
      discovers =
          bus.subscribe(
              Subjects.COMPONENT_DISCOVER, incoming -> incoming.reply(announcement(uptime())));
      bus.publish(Subjects.COMPONENT_ANNOUNCE, announcement(null));
    }
  }

  /** What is announced; also the head of /varz. */
  public ComponentAnnounce announcement(@Nullable String uptime) {
    return new ComponentAnnounce(type, index, uuid, host, credentials, started, uptime);
  }

  /** {@code 0d:0h:0m:0s}. */
  public String uptime() {
    Duration up = Duration.ofNanos(scheduler.nanoTime() - startedNanos);
    return "%dd:%dh:%dm:%ds"
        .formatted(up.toDays(), up.toHoursPart(), up.toMinutesPart(), up.toSecondsPart());
  }

  @Override
  public void close() {
    if (discovers != null) {
      discovers.close();
      discovers = null;
    }
  }
}
