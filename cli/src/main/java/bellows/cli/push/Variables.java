package bellows.cli.push;

import bellows.cli.failure.CommandFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values for {@code ((names))} in a manifest. A name alone takes the value with its type, one
 * inside a text its text; {@code ((a.b))} is member b of a.
 */
final class Variables {
  private static final Pattern REFERENCE = Pattern.compile("\\(\\(([\\w./-]+)\\)\\)");

  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();
  private final Set<String> missing = new TreeSet<>();

  /** Later ones win. */
  void put(String name, @Nullable Object value) {
    values.put(name, value);
  }

  /**
   * @throws CommandFailure that names every variable without a value
   */
  @Nullable Object fillIn(@Nullable Object tree) {
    missing.clear();
    Object filled = fill(tree);
    if (!missing.isEmpty()) {
      throw CommandFailure.of(
          "Expected to find variables: " + String.join(", ", missing),
          "give them with --var NAME=VALUE or --vars-file FILE.");
    }
    return filled;
  }

  private @Nullable Object fill(@Nullable Object node) {
    return switch (node) {
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> filled = new LinkedHashMap<>();
        map.forEach((key, value) -> filled.put(String.valueOf(fill(key)), fill(value)));
        yield filled;
      }
      case List<?> list -> {
        List<@Nullable Object> filled = new ArrayList<>();
        list.forEach(item -> filled.add(fill(item)));
        yield filled;
      }
      case String text -> fillText(text);
      case null -> null;
      default -> node;
    };
  }

  private @Nullable Object fillText(String text) {
    Matcher reference = REFERENCE.matcher(text);
    if (reference.matches()) {
      return value(reference.group(1));
    }
    reference.reset();
    return reference.replaceAll(
        found -> Matcher.quoteReplacement(String.valueOf(value(found.group(1)))));
  }

  private @Nullable Object value(String name) {
    if (values.containsKey(name)) {
      return values.get(name);
    }
    Object value = values;
    for (String step : name.split("\\.", -1)) {
      if (!(value instanceof Map<?, ?> map) || !map.containsKey(step)) {
        missing.add(name);
        return "";
      }
      value = map.get(step);
    }
    return value;
  }
}
