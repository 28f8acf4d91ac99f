package bellows.cli.spaces;

import bellows.cli.command.CommandGroup;

/** Orgs, spaces and users. */
public final class SpaceCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Orgs, spaces and users")
          .add("orgs", OrgsCommand.class)
          .add("create-org", CreateOrgCommand.class)
          .add("delete-org", DeleteOrgCommand.class)
          .add("spaces", SpacesCommand.class)
          .add("create-space", CreateSpaceCommand.class)
          .add("delete-space", DeleteSpaceCommand.class)
          .add("create-user", CreateUserCommand.class);

  private SpaceCommands() {}
}
