package bellows.cli;

import bellows.cli.api.ApiException;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Terminal;
import bellows.cli.time.Time;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** The client: {@code bellows COMMAND ARGUMENTS}. */
public final class Main {
  private static final String DEFAULT_DATA = "/var/lib/bellows";

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final Time time;

  Main(Terminal terminal, Map<String, String> environment, Time time) {
    this.terminal = terminal;
    this.environment = environment;
    this.time = time;
  }

  /** Ends the process with the command's exit code. */
  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    Terminal terminal = Terminal.system(environment);
    int exit = new Main(terminal, environment, Time.SYSTEM).run(arguments);
    System.exit(exit);
  }

  /** The exit code: 0, 1 for a failure, 2 for a command line that is not understood. */
  int run(String... arguments) {
    List<String> words = new ArrayList<>(Arrays.asList(arguments));
    List<String> leading = leadingOptions(words);
    if (words.isEmpty() || words.getFirst().equals("help")) {
      return help(words);
    }
    String name = words.removeFirst();
    if (name.equals("version") || leading.contains("--version")) {
      terminal.line("bellows version " + Version.text());
      return 0;
    }
    Optional<Class<? extends Command>> type = Commands.find(name);
    if (type.isEmpty()) {
      return unknown(name);
    }
    words.addAll(0, leading);
    return run(Commands.line(name, type.get()), words);
  }

  /** Options before the command's name, as in {@code bellows -v apps}. */
  private static List<String> leadingOptions(List<String> words) {
    List<String> leading = new ArrayList<>();
    while (!words.isEmpty() && words.getFirst().startsWith("-")) {
      String option = words.removeFirst();
      if (option.equals("--version")) {
        words.addFirst("version");
      } else if (option.equals("-h") || option.equals("--help")) {
        words.addFirst("help");
        break;
      } else {
        leading.add(option);
        if (option.equals("--data") && !words.isEmpty()) {
          leading.add(words.removeFirst());
        }
      }
    }
    return leading;
  }

  private int run(CommandLine line, List<String> words) {
    try {
      line.parseArgs(words.toArray(String[]::new));
      Command command = line.getCommand();
      if (command.helpWanted()) {
        usage(line);
        return 0;
      }
      command.run(session(command));
      return 0;
    } catch (CommandLine.ParameterException e) {
      terminal.warn("Incorrect usage: " + e.getMessage());
      terminal.warn("");
      terminal.warn(line.getUsageMessage(CommandLine.Help.Ansi.OFF).strip());
      return CommandFailure.USAGE;
    } catch (ApiException e) {
      return failed(e.toFailure());
    } catch (CommandFailure e) {
      return failed(e);
    }
  }

  private Session session(Command command) {
    String data = command.data();
    Path directory =
        Path.of(data != null ? data : environment.getOrDefault("BELLOWS_DATA", DEFAULT_DATA));
    return new Session(terminal, environment, time, directory, command.verbose());
  }

  private int failed(CommandFailure failure) {
    terminal.live(null);
    terminal.warn(failure.message());
    boolean usage = failure.exitCode() == CommandFailure.USAGE;
    terminal.warn(terminal.style().failure(usage ? "Incorrect usage" : "FAILED"));
    if (!failure.nextStep().isEmpty()) {
      terminal.warn("");
      terminal.warn("TIP: " + failure.nextStep());
    }
    return failure.exitCode();
  }

  private int unknown(String name) {
    terminal.warn("'" + name + "' is not a command.");
    List<String> near = Commands.near(name);
    terminal.warn("");
    terminal.warn(
        near.isEmpty()
            ? "TIP: 'bellows help' lists all commands."
            : "TIP: did you mean " + String.join(" or ", near) + "?");
    return CommandFailure.USAGE;
  }

  private int help(List<String> words) {
    if (words.size() < 2) {
      Commands.overview(terminal);
      return 0;
    }
    String name = words.get(1);
    Optional<Class<? extends Command>> type = Commands.find(name);
    if (type.isEmpty()) {
      return unknown(name);
    }
    usage(Commands.line(name, type.get()));
    return 0;
  }

  private void usage(CommandLine line) {
    terminal.raw(
        line.getUsageMessage(
            terminal.interactive() ? CommandLine.Help.Ansi.AUTO : CommandLine.Help.Ansi.OFF));
  }
}
