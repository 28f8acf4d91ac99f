package bellows.cli.routes;

import bellows.cli.command.CommandGroup;

/** Routes and domains. */
public final class RouteCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Routes and domains")
          .add("routes", RoutesCommand.class)
          .add("create-route", CreateRouteCommand.class)
          .add("update-route", UpdateRouteCommand.class)
          .add("map-route", MapRouteCommand.class)
          .add("unmap-route", UnmapRouteCommand.class)
          .add("delete-route", DeleteRouteCommand.class)
          .add("domains", DomainsCommand.class)
          .add("create-private-domain", CreatePrivateDomainCommand.class)
          .add("create-shared-domain", CreateSharedDomainCommand.class)
          .add("delete-domain", DeleteDomainCommand.class);

  private RouteCommands() {}
}
