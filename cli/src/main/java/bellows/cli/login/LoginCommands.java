package bellows.cli.login;

import bellows.cli.command.CommandGroup;

/** Getting started. */
public final class LoginCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Getting started")
          .add("login", LoginCommand.class)
          .add("logout", LogoutCommand.class)
          .add("auth", AuthCommand.class)
          .add("api", ApiCommand.class)
          .add("target", TargetCommand.class)
          .add("passwd", PasswdCommand.class);

  private LoginCommands() {}
}
