package bellows.cli.session;

import bellows.cli.failure.CommandFailure;
import bellows.cli.terminal.Terminal;
import java.io.Console;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the user. */
public interface Prompt {
  String ask(String label);

  /** Without showing what is typed. */
  String secret(String label);

  /** No, unless the user says yes. For commands that with {@code -f} do not ask. */
  boolean agrees(String question);

  /** The terminal's own; fails when there is nobody to ask. */
  static Prompt of(Terminal terminal) {
    return new Prompt() {
      @Override
      public String ask(String label) {
        return ask(label, console(label));
      }

      private String ask(String label, Console console) {
        terminal.ask(label + "> ");
        return answered(console.readLine());
      }

      @Override
      public boolean agrees(String question) {
        Console console =
            console()
                .orElseThrow(() ->
                    CommandFailure.of(
                        question + " There is no terminal to ask at", "-f answers yes."));
        String answer = ask(question + " [yN]", console).toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
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
    return console()
        .orElseThrow(() ->
            CommandFailure.of(
                label + " is needed, and there is no terminal to ask at",
                "give it as an option (see --help), or in CF_USERNAME and CF_PASSWORD with 'bellows"
                    + " auth'."));
  }

  /** Some JDKs give none without a terminal, others one that is none. */
  private static Optional<Console> console() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }

  private static String answered(@Nullable String line) {
    if (line == null) {
      throw CommandFailure.of("No answer");
    }
    return line.strip();
  }
}
