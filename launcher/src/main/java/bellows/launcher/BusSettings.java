package bellows.launcher;

import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.bus.NatsBus;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Where the bus of several hosts is, as the settings say. */
final class BusSettings {
  private static final int DEFAULT_PORT = 4222;

  private BusSettings() {}

  /**
   * The bus that {@code nats.url} names; empty when it names none.
   *
   * @param client what the server calls us in its logs
   */
  static Optional<MessageBus> of(Settings settings, String client, Scheduler scheduler) {
    return url(settings)
        .map(url -> {
          String[] login = url.getUserInfo() == null ? null : url.getUserInfo().split(":", 2);
          return new NatsBus(
              new NatsBus.Config(
                  List.of(withoutLogin(url)),
                  client,
                  login == null ? null : login[0],
                  login == null || login.length < 2 ? null : login[1]),
              scheduler);
        });
  }

  /** The server's address without user and password, which may be shown. */
  static Optional<URI> server(Settings settings) {
    return url(settings).map(BusSettings::withoutLogin);
  }

  /**
   * The same for a process that is nothing without a bus.
   *
   * @param joiner what joins the platform, such as {@code a host}
   * @param guide where that is explained
   * @throws UsageException when the settings name none
   */
  static URI requireServer(Settings settings, DataDirectory data, String joiner, String guide) {
    return server(settings)
        .orElseThrow(() ->
            new UsageException(
                "%s joins a platform over its bus: write nats.url=nats://ADDR:4222 into %s (%s)"
                    .formatted(joiner, data.settings(), guide)));
  }

  private static Optional<URI> url(Settings settings) {
    return settings
        .text("nats.url")
        .map(text -> {
          try {
            URI url = new URI(text);
            if (url.getHost() != null) {
              return url;
            }
          } catch (java.net.URISyntaxException e) {
            // said below, without what may be a password
          }
          throw new UsageException("nats.url must be nats://[USER:PASSWORD@]ADDR[:PORT]");
        });
  }

  private static URI withoutLogin(URI url) {
    int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
    return URI.create(url.getScheme() + "://" + url.getHost() + ":" + port);
  }
}
