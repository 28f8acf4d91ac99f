package bellows.bus;

import bellows.base.time.Scheduler;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus of many machines: a client of a NATS cluster. While no server can be reached, messages
 * are lost rather than kept: a start order of a minute ago is not what is wanted now.
 */
public final class NatsBus extends TypedBus {
  private static final Logger log = LoggerFactory.getLogger(NatsBus.class);

  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);
  private static final Duration RECONNECT_WAIT = Duration.ofMillis(250);

  /** Two missed pings: a server that died without a word is noticed within 15 s. */
  private static final Duration PING_EVERY = Duration.ofSeconds(5);

  /** What can stand between two dots of a subject. */
  private static final Predicate<String> PLAIN_TOKEN =
      Pattern.compile("[A-Za-z0-9_-]+").asMatchPredicate();

  private final Config config;
  private final List<Runnable> reconnectListeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable Session session;

  /** An open connection; one dispatcher thread moves all messages to their mailboxes. */
  private record Session(Connection connection, Dispatcher dispatcher) {}

  /**
   * @param servers such as {@code nats://10.0.0.1:4222}, without credentials
   * @param name what the servers call this client in their logs
   */
  public record Config(
      List<URI> servers, String name, @Nullable String user, @Nullable String password) {
    public Config {
      servers = List.copyOf(servers);
      if (servers.isEmpty() || servers.stream().anyMatch(uri -> uri.getUserInfo() != null)) {
        throw new IllegalArgumentException(
            "bus.servers: at least one address, and none with user or password in it");
      }
      if ((user == null) != (password == null)) {
        throw new IllegalArgumentException("bus.user and bus.password: both or none");
      }
    }

    @Override
    public String toString() {
      return "Config[servers=" + servers + ", name=" + name + "]";
    }
  }

  public NatsBus(Config config, Scheduler scheduler) {
    super(scheduler);
    this.config = config;
  }

  /**
   * @throws UncheckedIOException when none of the servers can be reached, or they refuse us
   */
  @Override
  public synchronized void start() {
    if (session != null) {
      return;
    }
    try {
      Connection connection = Nats.connect(options());
      session = new Session(connection, connection.createDispatcher());
    } catch (AuthenticationException e) {
      throw new UncheckedIOException(
          "the NATS server at "
              + config.servers()
              + " refuses "
              + (config.user() == null ? "who has no user" : "user " + config.user())
              + "; nats.url must have a user and password of its settings",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("no NATS server at " + config.servers(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while connecting to the bus", e);
    }
  }

  @Override
  public synchronized void close() {
    Session open = session;
    if (open == null) {
      return;
    }
    session = null;
    try {
      // What is published just before the end, such as "I am going", is to arrive.
      flush(open.connection());
      open.connection().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeInboxes();
  }

  @Override
  public boolean connected() {
    Session open = session;
    return open != null && open.connection().getStatus() == Connection.Status.CONNECTED;
  }

  @Override
  public void onReconnect(Runnable listener) {
    reconnectListeners.add(listener);
  }

  @Override
  void send(Envelope envelope) {
    Session open = session;
    if (open == null) {
      return;
    }
    try {
      open.connection().publish(envelope.subject(), envelope.replyTo(), envelope.body());
    } catch (IllegalStateException e) {
      // Closed, or between two servers: lost, as the contract says.
      log.atDebug().addKeyValue("subject", envelope.subject()).log("message.lost");
    }
  }

  @Override
  Subscription listen(String pattern, @Nullable String queueGroup, Consumer<Envelope> receiver) {
    Session open = running();
    Subscription subscription = subscribe(open, pattern, queueGroup, receiver);
    try {
      flush(open.connection());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return subscription;
  }

  /** A server handles what one client sends in order: the inbox is there before the question. */
  @Override
  Subscription listenToInbox(String inbox, Consumer<Envelope> receiver) {
    return subscribe(running(), inbox, null, receiver);
  }

  @Override
  String newInbox() {
    return running().connection().createInbox();
  }

  @Override
  long droppedOnTheWay() {
    Session open = session;
    return open == null ? 0 : open.dispatcher().getDroppedCount();
  }

  private Session running() {
    Session open = session;
    if (open == null) {
      throw new IllegalStateException("the bus does not run");
    }
    return open;
  }

  private static Subscription subscribe(
      Session open, String pattern, @Nullable String queueGroup, Consumer<Envelope> receiver) {
    Dispatcher dispatcher = open.dispatcher();
    io.nats.client.Subscription subscription =
        queueGroup == null
            ? dispatcher.subscribe(pattern, message -> receiver.accept(envelope(message)))
            : dispatcher.subscribe(
                pattern, queueGroup, message -> receiver.accept(envelope(message)));
    return () -> {
      if (dispatcher.isActive() && subscription.isActive()) {
        dispatcher.unsubscribe(subscription);
      }
    };
  }

  /**
   * The only status that a server sends by itself to a plain subscription is 503, no responders.
   */
  private static Envelope envelope(Message message) {
    if (message.isStatusMessage()) {
      return Envelope.nobodyListens(message.getSubject());
    }
    byte[] body = message.getData();
    return Envelope.of(
        message.getSubject(), message.getReplyTo(), body == null ? new byte[0] : body);
  }

  private static void flush(Connection connection) throws InterruptedException {
    try {
      connection.flush(CONNECT_DEADLINE);
    } catch (TimeoutException | IllegalStateException e) {
      // Not connected now; on the next connection the client subscribes again by itself.
      log.atDebug().setCause(e).log("bus.flush_failed");
    }
  }

  private Options options() {
    Options.Builder options =
        new Options.Builder()
            .servers(config.servers().stream().map(URI::toString).toArray(String[]::new))
            .connectionName(config.name())
            .connectionTimeout(CONNECT_DEADLINE)
            .reconnectWait(RECONNECT_WAIT)
            .maxReconnects(-1)
            .reconnectBufferSize(0)
            .pingInterval(PING_EVERY)
            .connectionListener((connection, event) -> onEvent(event))
            .errorListener(new NatsProblems());
    if (config.user() != null && config.password() != null) {
      options.userInfo(config.user().toCharArray(), config.password().toCharArray());
      if (PLAIN_TOKEN.test(config.user())) {
        // So that a server can keep the answers to others from a user (docs/nats.conf).
        options.inboxPrefix("_INBOX." + config.user() + ".");
      }
    }
    return options.build();
  }

  private void onEvent(Events event) {
    switch (event) {
      case DISCONNECTED -> log.atWarn().log("bus.disconnected");
      case RESUBSCRIBED -> {
        log.atInfo().log("bus.reconnected");
        reconnectListeners.forEach(NatsBus::announce);
      }
      default -> {
        // Steps on the way to one of these two.
      }
    }
  }

  /** On a thread of its own: the library's must be free to move messages. */
  private static void announce(Runnable listener) {
    Thread.ofVirtual()
        .name("bus reconnect")
        .start(() -> {
          try {
            listener.run();
          } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("bus.reconnect_listener_failed");
          }
        });
  }
}
