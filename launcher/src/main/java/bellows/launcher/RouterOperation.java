package bellows.launcher;

import bellows.router.RouterConfig;
import bellows.router.accesslog.AccessLog;
import bellows.router.accesslog.LoggedQuery;
import bellows.router.balance.Balancer;
import bellows.router.routes.Balancing;

/** What an operator may set of how the router balances and of what it shows. */
final class RouterOperation {
  private static final String STATUS_USER = "status";

  private RouterOperation() {}

  /** The config with what the settings say. */
  static RouterConfig of(Settings settings, RouterConfig config) {
    Balancer.Config balancing = config.back().balancing();
    RouterConfig.Operation operation = config.operation();
    AccessLog.Config log = operation.accessLog();
    return config
        .balancing(
            new Balancer.Config(
                balancing.connectionsPerEndpoint(),
                settings
                    .oneOf("router.balancing", Balancing.values())
                    .orElse(balancing.algorithm()),
                settings.text("router.zone").orElse(balancing.zone())))
        .status(
            settings.port("router.status_port").orElse(operation.statusPort()),
            STATUS_USER,
            settings.text("router.status_password").orElse(operation.statusPassword()))
        .accessLog(
            log.format(
                    settings
                        .oneOf("router.access_log", AccessLog.Format.values())
                        .orElse(log.format()))
                .query(
                    settings
                        .oneOf("router.access_log_query", LoggedQuery.values())
                        .orElse(log.query())))
        .tracing(settings.flag("router.tracing").orElse(operation.tracing()));
  }
}
