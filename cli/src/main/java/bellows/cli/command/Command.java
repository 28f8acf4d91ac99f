package bellows.cli.command;

import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** One thing a user can ask for. Its fields are the command line. */
public abstract class Command {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show every request and answer, without secrets.")
  private boolean verbose;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory of the platform on this machine ($BELLOWS_DATA).")
  private @Nullable String data;

  /** Returns when it is done; ends by an exception otherwise. */
  public abstract void run(Session session);

  /** Whether a word with a dash that is none of its options is meant as it stands. */
  public boolean takesDashes() {
    return false;
  }

  public boolean helpWanted() {
    return help;
  }

  public boolean verbose() {
    return verbose;
  }

  /** Null when the command line does not say. */
  public @Nullable String data() {
    return data;
  }
}
