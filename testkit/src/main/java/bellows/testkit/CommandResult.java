package bellows.testkit;

/**
 * What a client command did.
 *
 * @param command its arguments
 */
public record CommandResult(String command, int exitCode, String out, String err) {
  /** Fails the test unless the exit code is 0. */
  public CommandResult ok() {
    if (exitCode != 0) {
      throw new AssertionError("bellows " + command + " ended with " + exitCode + "\n" + all());
    }
    return this;
  }

  /** Both outputs. */
  public String all() {
    return out + err;
  }
}
