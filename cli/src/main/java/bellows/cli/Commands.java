package bellows.cli;

import bellows.cli.apps.AppCommands;
import bellows.cli.command.Command;
import bellows.cli.command.CommandGroup;
import bellows.cli.login.LoginCommands;
import bellows.cli.platform.PlatformCommands;
import bellows.cli.push.PushCommands;
import bellows.cli.routes.RouteCommands;
import bellows.cli.services.ServiceCommands;
import bellows.cli.sleeping.SleepCommands;
import bellows.cli.spaces.SpaceCommands;
import bellows.cli.terminal.Style;
import bellows.cli.terminal.Table;
import bellows.cli.terminal.Terminal;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** All commands in the order of the help text. */
final class Commands {
  private static final List<CommandGroup> GROUPS =
      List.of(
          PushCommands.GROUP,
          AppCommands.GROUP,
          SleepCommands.GROUP,
          RouteCommands.GROUP,
          ServiceCommands.GROUP,
          SpaceCommands.GROUP,
          PlatformCommands.GROUP,
          LoginCommands.GROUP);

  private Commands() {}

  /** By name or alias. */
  static Optional<Class<? extends Command>> find(String name) {
    for (CommandGroup group : GROUPS) {
      Class<? extends Command> type = group.commands().get(name);
      if (type != null) {
        return Optional.of(type);
      }
    }
    // Aliases are annotations, and reading all of them costs more than a map look-up.
    return types().stream()
        .filter(type -> List.of(description(type).aliases()).contains(name))
        .findFirst();
  }

  /** A parser for one command; the others are not looked at. */
  static CommandLine line(String name, Class<? extends Command> type) {
    Command command = create(type);
    CommandLine line = new CommandLine(command);
    line.setUnmatchedOptionsArePositionalParams(command.takesDashes());
    line.setCommandName("bellows " + name);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    return line;
  }

  private static Command create(Class<? extends Command> type) {
    try {
      Constructor<? extends Command> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true); // commands are private to their packages
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no plain constructor in " + type, e);
    }
  }

  /** Names that are one or two slips of a finger away. */
  static List<String> near(String name) {
    List<String> near = new ArrayList<>();
    for (CommandGroup group : GROUPS) {
      for (String candidate : group.commands().keySet()) {
        if (distance(name, candidate) <= 2 || candidate.startsWith(name)) {
          near.add(candidate);
        }
      }
    }
    return near;
  }

  static void overview(Terminal terminal) {
    Style style = terminal.style();
    terminal.line(style.heading("bellows") + ": push source code, get a running app");
    terminal.line();
    terminal.line("Usage: bellows [-v] COMMAND [ARGUMENTS]    bellows help COMMAND explains one");
    terminal.line();
    terminal.line(style.heading("This machine's platform"));
    Table.plain()
        .indented("  ")
        .row("up, down, status", "Start, stop and look at the platform.")
        .row("host", "Make this machine one more host of a platform elsewhere.")
        .row("router", "Run a router alone; where one runs, take its place.")
        .row("demo", "Set up, start, push an example and call it.")
        .row("runtime", "List and add language runtimes.")
        .row("doctor", "Check what the platform needs of this machine.")
        .row("test", "Run every test.")
        .print(terminal);
    for (CommandGroup group : GROUPS) {
      terminal.line();
      terminal.line(style.heading(group.title()));
      Table table = Table.plain().indented("  ");
      group
          .commands()
          .forEach(
              (name, type) -> table.row(name, String.join(" ", description(type).description())));
      table.print(terminal);
    }
  }

  /** Every command once. */
  static List<Class<? extends Command>> types() {
    List<Class<? extends Command>> types = new ArrayList<>();
    GROUPS.forEach(group -> types.addAll(group.commands().values()));
    return types;
  }

  private static CommandLine.Command description(Class<? extends Command> type) {
    CommandLine.Command annotation = type.getAnnotation(CommandLine.Command.class);
    if (annotation == null) {
      throw new IllegalStateException("no @Command on " + type);
    }
    return annotation;
  }

  /** Levenshtein's, in one row. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(same, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
