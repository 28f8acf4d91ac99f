package bellows.cli.push;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files stay at home, in the language of {@code .gitignore}: the last rule that matches
 * decides, {@code !} takes back, and what lies in a folder that is left out cannot come back.
 */
final class IgnoreRules {
  /** What no app needs; a {@code .cfignore} can take them back. */
  private static final List<String> DEFAULTS =
      List.of(
          ".cfignore",
          ".DS_Store",
          ".git",
          ".gitignore",
          ".hg",
          ".svn",
          "_darcs",
          "/manifest.yml",
          "/manifest.yaml");

  private final List<Rule> rules;

  private record Rule(Pattern pattern, boolean directoriesOnly, boolean takesBack) {}

  private IgnoreRules(List<Rule> rules) {
    this.rules = rules;
  }

  /** The defaults, then {@code lines}. */
  static IgnoreRules of(List<String> lines) {
    List<Rule> rules = new ArrayList<>();
    DEFAULTS.forEach(line -> add(rules, line));
    lines.forEach(line -> add(rules, line));
    return new IgnoreRules(List.copyOf(rules));
  }

  /**
   * @param path relative to the app's folder, with {@code /}; its parents are not left out
   */
  boolean leavesOut(String path, boolean directory) {
    boolean out = false;
    for (Rule rule : rules) {
      if ((directory || !rule.directoriesOnly()) && rule.pattern().matcher(path).matches()) {
        out = !rule.takesBack();
      }
    }
    return out;
  }

  private static void add(List<Rule> rules, String line) {
    String rule = withoutTrailingBlanks(line);
    if (rule.isEmpty() || rule.startsWith("#")) {
      return;
    }
    boolean takesBack = rule.startsWith("!");
    if (takesBack) {
      rule = rule.substring(1);
    }
    boolean directoriesOnly = rule.endsWith("/");
    if (directoriesOnly) {
      rule = rule.substring(0, rule.length() - 1);
    }
    // A slash at the start or inside ties the rule to the top folder.
    boolean anchored = rule.indexOf('/') >= 0;
    if (rule.startsWith("/")) {
      rule = rule.substring(1);
    }
    if (!rule.isEmpty()) {
      String prefix = anchored ? "" : "(?:.*/)?";
      rules.add(new Rule(Pattern.compile(prefix + regex(rule)), directoriesOnly, takesBack));
    }
  }

  private static String withoutTrailingBlanks(String line) {
    int end = line.length();
    while (end > 0
        && Character.isWhitespace(line.charAt(end - 1))
        && !(end > 1 && line.charAt(end - 2) == '\\')) {
      end--;
    }
    return line.substring(0, end);
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < glob.length()) {
      char character = glob.charAt(at);
      if (glob.startsWith("**/", at)) {
        regex.append("(?:.*/)?");
        at += 3;
      } else if (glob.startsWith("**", at)) {
        regex.append(".*");
        at += 2;
      } else if (character == '*') {
        regex.append("[^/]*");
        at++;
      } else if (character == '?') {
        regex.append("[^/]");
        at++;
      } else if (character == '[' && glob.indexOf(']', at + 2) > 0) {
        int end = glob.indexOf(']', at + 2);
        String set = glob.substring(at + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        at = end + 1;
      } else {
        if (character == '\\' && at + 1 < glob.length()) {
          at++;
        }
        regex.append(Pattern.quote(String.valueOf(glob.charAt(at))));
        at++;
      }
    }
    return regex.toString();
  }
}
