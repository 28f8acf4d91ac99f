package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Fields;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Environment variables in a body: strings, and in a change null for what shall go. */
final class EnvironmentFields {
  private EnvironmentFields() {}

  /** The variables of a new app. */
  static Map<String, String> created(Fields fields, String name) {
    Map<String, String> variables = new LinkedHashMap<>();
    changed(fields, name)
        .forEach((key, value) -> {
          if (value != null) {
            variables.put(key, value);
          }
        });
    return variables;
  }

  /** Null values remove the variable. */
  static Map<String, @Nullable String> changed(Fields fields, String name) {
    Map<String, @Nullable String> variables = new LinkedHashMap<>();
    Optional<Fields> object = fields.object(name);
    if (object.isEmpty()) {
      return variables;
    }
    for (String key : object.get().names()) {
      EnvironmentRules.fault(key).ifPresent(fields::fault);
      variables.put(key, object.get().text(key, EnvironmentRules.LONGEST_VALUE).orElse(null));
    }
    return variables;
  }
}
