package bellows.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Commands that belong together, by name. Classes, not objects: only the one that is asked for is
 * looked into.
 */
public final class CommandGroup {
  private final String title;
  private final Map<String, Class<? extends Command>> commands = new LinkedHashMap<>();

  private CommandGroup(String title) {
    this.title = title;
  }

  public static CommandGroup titled(String title) {
    return new CommandGroup(title);
  }

  public CommandGroup add(String name, Class<? extends Command> type) {
    commands.put(name, type);
    return this;
  }

  public String title() {
    return title;
  }

  /** In the order in which help shows them. */
  public Map<String, Class<? extends Command>> commands() {
    return commands;
  }
}
