package bellows.cli.sleeping;

import bellows.cli.command.CommandGroup;

/** What other platforms do not have. */
public final class SleepCommands {
  public static final CommandGroup GROUP =
      CommandGroup.titled("Sleep, placements, history")
          .add("sleep", SleepCommand.class)
          .add("wake", WakeCommand.class)
          .add("wakes", WakesCommand.class)
          .add("placements", PlacementsCommand.class)
          .add("move", MoveCommand.class)
          .add("history", HistoryCommand.class)
          .add("undo", UndoCommand.class);

  private SleepCommands() {}
}
