package bellows.cli.platform;

import bellows.cli.api.Json;
import bellows.cli.command.ListCommand;
import bellows.cli.session.Session;
import bellows.cli.terminal.Table;
import java.util.List;
import picocli.CommandLine;

@CommandLine.Command(
    name = "buildpacks",
    description = "List the buildpacks in the order in which they are tried.",
    footer = {"", "Examples:", "  bellows buildpacks", "  bellows buildpacks --json"})
final class BuildpacksCommand extends ListCommand {
  @Override
  public void run(Session session) {
    List<Json> buildpacks = session.api().all("/v3/buildpacks?per_page=5000");
    if (json()) {
      printJson(session, buildpacks);
      return;
    }
    session.terminal().line("Getting buildpacks as " + session.user() + "...");
    session.terminal().line();
    Table table =
        Table.headed("position", "name", "stack", "enabled", "locked", "state", "filename");
    for (Json buildpack : buildpacks) {
      table.row(
          buildpack.text("position"),
          buildpack.text("name"),
          buildpack.text("stack"),
          buildpack.text("enabled"),
          buildpack.text("locked"),
          buildpack.text("state"),
          buildpack.text("filename"));
    }
    table.print(session.terminal());
  }
}
