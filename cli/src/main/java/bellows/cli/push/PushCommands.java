package bellows.cli.push;

import bellows.cli.command.CommandGroup;

/** From source code to a running app. */
public final class PushCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Push").add("push", PushCommand.class);

  private PushCommands() {}
}
