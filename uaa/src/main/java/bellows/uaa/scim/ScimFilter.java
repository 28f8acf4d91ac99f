package bellows.uaa.scim;

import bellows.uaa.protocol.UaaError;
import bellows.uaa.users.UserStore.Selection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SCIM 1.1 filters as our clients write them: {@code userName eq "x" and origin eq "y"}; {@code
 * eq}, {@code co} and {@code sw} over texts, {@code and} and {@code or} without brackets, {@code
 * and} binds closer.
 */
final class ScimFilter {
  private static final Pattern CONDITION =
      Pattern.compile(
          "\\s*([A-Za-z.]+)\\s+(eq|co|sw)\\s+\"((?:[^\"\\\\]|\\\\.)*)\"\\s*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern JOIN = Pattern.compile("(and|or)(?=\\s)", Pattern.CASE_INSENSITIVE);
  private static final int MAX_CONDITIONS = 50;

  private ScimFilter() {}

  static Selection all() {
    return new Selection("true", Map.of());
  }

  /**
   * @throws UaaError when it is not such a filter
   */
  static Selection parse(String filter) {
    StringBuilder sql = new StringBuilder();
    Map<String, Object> values = new LinkedHashMap<>();
    int position = 0;
    while (true) {
      Matcher condition = CONDITION.matcher(filter).region(position, filter.length());
      if (!condition.lookingAt() || values.size() == MAX_CONDITIONS) {
        throw invalid(filter);
      }
      String name = "v" + values.size();
      sql.append(sql(condition.group(1), condition.group(2), name, filter));
      values.put(name, condition.group(3).replaceAll("\\\\(.)", "$1"));
      position = condition.end();
      if (position == filter.length()) {
        return new Selection("(" + sql + ")", values);
      }
      Matcher join = JOIN.matcher(filter).region(position, filter.length());
      if (!join.lookingAt()) {
        throw invalid(filter);
      }
      sql.append(' ').append(join.group(1).toLowerCase(Locale.ROOT)).append(' ');
      position = join.end();
    }
  }

  private static String sql(String attribute, String operator, String value, String filter) {
    String column =
        switch (attribute.toLowerCase(Locale.ROOT)) {
          case "id" -> "u.id";
          case "username" -> "u.username";
          case "origin" -> "u.origin";
          case "email", "emails", "emails.value" -> "u.email";
          case "name.familyname", "familyname" -> "u.family_name";
          case "name.givenname", "givenname" -> "u.given_name";
          default -> throw invalid(filter);
        };
    // Text in SCIM is the same in any case (SCIM 1.1, section 3.2.2.1).
    return switch (operator.toLowerCase(Locale.ROOT)) {
      case "co" -> "strpos(lower(%s), lower(:%s)) > 0".formatted(column, value);
      case "sw" -> "starts_with(lower(%s), lower(:%s))".formatted(column, value);
      default -> "lower(%s) = lower(:%s)".formatted(column, value);
    };
  }

  private static UaaError invalid(String filter) {
    return UaaError.Kind.INVALID_SCIM_RESOURCE.because(
        "Invalid filter expression: [" + filter + "]");
  }
}
