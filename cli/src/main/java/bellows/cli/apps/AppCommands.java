package bellows.cli.apps;

import bellows.cli.command.CommandGroup;

/** Commands about apps that exist; pushing one is a package of its own. */
public final class AppCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Apps")
          .add("apps", AppsCommand.class)
          .add("app", AppCommand.class)
          .add("logs", LogsCommand.class)
          .add("scale", ScaleCommand.class)
          .add("start", StartCommand.class)
          .add("stop", StopCommand.class)
          .add("restart", RestartCommand.class)
          .add("restage", RestageCommand.class)
          .add("delete", DeleteCommand.class)
          .add("env", EnvCommand.class)
          .add("set-env", SetEnvCommand.class)
          .add("unset-env", UnsetEnvCommand.class)
          .add("events", EventsCommand.class);

  private AppCommands() {}
}
