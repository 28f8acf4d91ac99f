package bellows.cli.session;

import bellows.cli.failure.CommandFailure;
import bellows.cli.terminal.Terminal;
import java.io.Console;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks the user. */
public interface Prompt {
  String ask(String label);

  /** Without showing what is typed. */
  String secret(String label);

  /** No, unless the user says yes. */
  default boolean agrees(String question) {
    String answer = ask(question + " [yN]").toLowerCase(Locale.ROOT);
    return answer.equals("y") || answer.equals("yes");
  }

  /** The terminal's own; fails when there is nobody to ask. */
  static Prompt of(Terminal terminal) {
    return new Prompt() {
      @Override
      public String ask(String label) {
        terminal.ask(label + "> ");
        return answered(console(label).readLine());
      }

      @Override
      public String secret(String label) {
        Console console = console(label);
        terminal.ask(label + "> ");
        char[] typed = console.readPassword();
        return answered(typed == null ? null : new String(typed));
      }
    };
  }

  private static Console console(String label) {
    Console console = Objects.requireNonNull(System.console(), "never null since JDK 22");
    if (!console.isTerminal()) {
      throw CommandFailure.of(
          label + " is needed, and there is no terminal to ask at",
          "give it as an option (see --help), or in CF_USERNAME and CF_PASSWORD with 'bellows"
              + " auth'.");
    }
    return console;
  }

  private static String answered(@Nullable String line) {
    if (line == null) {
      throw CommandFailure.of("No answer");
    }
    return line.strip();
  }
}
