package bellows.cli.login;

import bellows.cli.command.Command;
import bellows.cli.session.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "target",
    description = "Show or choose the org and space to work in.",
    footer = {"", "Examples:", "  bellows target", "  bellows target -o main -s dev"})
final class TargetCommand extends Command {
  @Option(names = "-o", paramLabel = "ORG", description = "Org to target.")
  private @Nullable String org;

  @Option(names = "-s", paramLabel = "SPACE", description = "Space to target.")
  private @Nullable String space;

  @Override
  public void run(Session session) {
    Targeting targeting = new Targeting(session);
    if (org != null || space != null) {
      targeting.choose(org, space);
    }
    targeting.print();
  }
}
