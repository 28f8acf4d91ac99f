package bellows.cli.push;

import bellows.cli.api.Json;
import bellows.cli.terminal.Style;
import java.util.ArrayList;
import java.util.List;

/** Shows what applying a manifest changes, one line per attribute. */
final class ManifestDiff {
  private ManifestDiff() {}

  /**
   * @param diff the API's list of operations
   */
  static List<String> lines(List<Json> diff, List<Manifest.App> apps, Style style) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < apps.size(); i++) {
      String prefix = "/applications/" + i;
      List<String> changes = new ArrayList<>();
      for (Json each : diff) {
        String path = each.text("path");
        if (path.equals(prefix) || path.startsWith(prefix + "/")) {
          change(changes, each, path.substring(prefix.length()), style);
        }
      }
      lines.add("  " + apps.get(i).name() + ":" + (changes.isEmpty() ? " no changes" : ""));
      lines.addAll(changes);
    }
    return lines;
  }

  private static void change(List<String> changes, Json each, String path, Style style) {
    String operation = each.text("op");
    String key = path.isEmpty() ? "app" : path.substring(1);
    if (!operation.equals("add")) {
      changes.add(style.failure("-   " + key + ": " + value(key, each.at("was"))));
    }
    if (!operation.equals("remove")) {
      changes.add(style.success("+   " + key + ": " + value(key, each.at("value"))));
    }
  }

  /** Environment values may be secrets; a terminal is no place for them. */
  private static String value(String key, Json value) {
    if (key.equals("env") || key.startsWith("env/")) {
      return "<hidden>";
    }
    String text = value.write();
    return text.startsWith("\"") ? value.text() : text;
  }
}
