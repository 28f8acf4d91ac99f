package bellows.cli.services;

import bellows.cli.command.CommandGroup;

/** Services that users run themselves. */
public final class ServiceCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Services")
          .add("services", ServicesCommand.class)
          .add("create-user-provided-service", CreateUserProvidedServiceCommand.class)
          .add("delete-service", DeleteServiceCommand.class)
          .add("bind-route-service", BindRouteServiceCommand.class)
          .add("unbind-route-service", UnbindRouteServiceCommand.class);

  private ServiceCommands() {}
}
