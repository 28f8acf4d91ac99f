package bellows.cli.platform;

import bellows.cli.command.CommandGroup;

/** What the platform offers, and the API as it is. */
public final class PlatformCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Platform")
          .add("buildpacks", BuildpacksCommand.class)
          .add("stacks", StacksCommand.class)
          .add("curl", CurlCommand.class);

  private PlatformCommands() {}
}
