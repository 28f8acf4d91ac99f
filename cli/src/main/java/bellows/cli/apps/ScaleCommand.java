package bellows.cli.apps;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Human;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
    name = "scale",
    description = "Show or change the number of instances, their memory and their disk.",
    footer = {
      "",
      "Examples:",
      "  bellows scale shop",
      "  bellows scale shop -i 3",
      "  bellows scale shop -m 512M -k 2G -f"
    })
final class ScaleCommand extends NamedAppCommand {
  @Option(names = "-i", paramLabel = "NUMBER", description = "Number of instances.")
  private @Nullable Integer instances;

  @Option(names = "-m", paramLabel = "SIZE", description = "Memory of each, such as 256M or 1G.")
  private @Nullable String memory;

  @Option(names = "-k", paramLabel = "SIZE", description = "Disk of each, such as 1G.")
  private @Nullable String disk;

  @Option(names = "-f", description = "Restart without asking, where that is needed.")
  private boolean force;

  @Option(
      names = "--process",
      paramLabel = "TYPE",
      defaultValue = "web",
      description = "Type of the process (default: web).")
  private String process = "web";

  @Override
  public void run(Session session) {
    Api api = session.api();
    Json app = new Apps(session).require(name());
    String path = "/v3/apps/" + app.text("guid");
    if (instances == null && memory == null && disk == null) {
      announce(session, "Showing current scale of app", "in");
      session.terminal().line();
      AppSummary.of(session, app).print();
      return;
    }
    boolean restart = (memory != null || disk != null) && app.text("state").equals("STARTED");
    Map<String, Object> scale = requested();
    announce(session, "Scaling app", "in");
    session.terminal().line();
    String question = "This will cause the app to restart. Really scale " + name() + "?";
    if (restart && !force && !session.prompt().agrees(question)) {
      session.terminal().line("Scaling cancelled");
      return;
    }
    api.post(path + "/processes/" + process + "/actions/scale", Json.of(scale));
    if (restart) {
      session.terminal().line("Stopping app...");
      api.post(path + "/actions/stop", Json.of(null));
      api.post(path + "/actions/start", Json.of(null));
    }
    if (app.text("state").equals("STARTED")) {
      new Startup(session, app).await();
    }
    AppSummary.of(session, new Apps(session).require(name())).print();
  }

  private Map<String, Object> requested() {
    Map<String, Object> scale = new LinkedHashMap<>();
    if (instances != null) {
      scale.put("instances", instances);
    }
    if (memory != null) {
      scale.put("memory_in_mb", megabytes("-m", memory));
    }
    if (disk != null) {
      scale.put("disk_in_mb", megabytes("-k", disk));
    }
    return scale;
  }

  private static long megabytes(String option, String size) {
    long megabytes = Human.parseMegabytes(size);
    if (megabytes < 0) {
      throw CommandFailure.usage(option + " is a size such as 256M or 1G, not '" + size + "'");
    }
    return megabytes;
  }
}
