package bellows.cli.failure;

import java.io.Serial;

/**
 * Ends a command: what went wrong, and what the user can do next. Never carries a token or a
 * password.
 */
public final class CommandFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Exit code of a command that did not do what it was asked. */
  public static final int FAILED = 1;

  /** Exit code of a command that was not understood. */
  public static final int USAGE = 2;

  private final String nextStep;
  private final int exitCode;

  private CommandFailure(String message, String nextStep, int exitCode) {
    super(message);
    this.nextStep = nextStep;
    this.exitCode = exitCode;
  }

  /** A failure without advice. */
  public static CommandFailure of(String message) {
    return new CommandFailure(message, "", FAILED);
  }

  /**
   * @param nextStep a sentence that starts after "TIP: "
   */
  public static CommandFailure of(String message, String nextStep) {
    return new CommandFailure(message, nextStep, FAILED);
  }

  /** The command line itself is wrong. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(message, "", USAGE);
  }

  public String message() {
    return String.valueOf(getMessage());
  }

  /** Empty when there is no advice. */
  public String nextStep() {
    return nextStep;
  }

  public int exitCode() {
    return exitCode;
  }
}
