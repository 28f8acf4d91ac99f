package bellows.cloudcontroller.manifests;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of an application or a process: typed reads that note a fault instead of throwing.
 * An attribute that is absent, null or wrong reads as null.
 */
final class Attributes {
  private final Map<String, Object> values;
  private final Faults faults;

  /**
   * @param values keys with dashes, see {@link ManifestYaml#attributes}
   */
  Attributes(Map<String, Object> values, Faults faults) {
    this.values = values;
    this.faults = faults;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  boolean isNull(String key) {
    return values.containsKey(key) && values.get(key) == null;
  }

  @Nullable Object raw(String key) {
    return values.get(key);
  }

  @Nullable String text(String key, int longest) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text) || text.isEmpty() || text.length() > longest) {
      faults.add("%s must be a string of 1 to %d characters".formatted(key, longest));
      return null;
    }
    return text;
  }

  @Nullable String oneOf(String key, List<String> allowed) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text) || !allowed.contains(text)) {
      faults.add("%s must be one of: %s".formatted(key, String.join(", ", allowed)));
      return null;
    }
    return text;
  }

  boolean flag(String key) {
    Object value = values.get(key);
    if (value != null && !(value instanceof Boolean)) {
      faults.add(key + " must be a boolean");
    }
    return Boolean.TRUE.equals(value);
  }

  @Nullable Integer integer(String key, int least, int most) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Integer number)) {
      faults.add(key + " must be an integer");
      return null;
    }
    if (number < least || number > most) {
      faults.add("%s must be between %d and %d".formatted(key, least, most));
      return null;
    }
    return number;
  }

  @Nullable Integer megabytes(String key) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    Integer megabytes = MemorySize.megabytes(String.valueOf(value)).orElse(null);
    if (megabytes == null) {
      faults.add(
          "%s must be a whole number of megabytes above 0 with a unit: B, K, KB, M, MB, G, GB, T or TB"
              .formatted(key));
    }
    return megabytes;
  }

  /** Bytes per second; -1 is unlimited. */
  @Nullable Long byteRate(String key) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (value.equals(-1) || value.equals("-1")) {
      return -1L;
    }
    Long bytes = MemorySize.bytes(String.valueOf(value)).orElse(null);
    if (bytes == null) {
      faults.add(key + " must be -1, or a number with an optional unit such as KB or MB");
    }
    return bytes;
  }

  @Nullable List<String> texts(String key) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof List<?> list)) {
      faults.add(key + " must be a list of strings");
      return null;
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list) {
      if (element != null && !(element instanceof String)) {
        faults.add(key + " must be a list of strings");
        return null;
      }
      texts.add(element == null ? "null" : (String) element);
    }
    return texts;
  }

  /** Null values stay null. Numbers and booleans become text; nested values are refused. */
  Map<String, @Nullable String> scalars(String key) {
    Object value = values.get(key);
    Map<String, @Nullable String> scalars = new LinkedHashMap<>();
    if (value == null) {
      return scalars;
    }
    if (!(value instanceof Map<?, ?> map)) {
      faults.add(key + " must be a mapping");
      return scalars;
    }
    for (Map.Entry<String, Object> entry : ManifestYaml.stringKeys(map).entrySet()) {
      Object each = entry.getValue();
      if (each == null) {
        scalars.put(entry.getKey(), null);
      } else if (isScalar(each)) {
        scalars.put(entry.getKey(), each.toString());
      } else {
        faults.add("%s: the value of '%s' must be a string".formatted(key, entry.getKey()));
      }
    }
    return scalars;
  }

  /** As {@link #scalars}, where {@code on} and {@code off} are texts: to YAML they are booleans. */
  Map<String, @Nullable String> switches(String key) {
    Map<String, @Nullable String> switches = scalars(key);
    if (values.get(key) instanceof Map<?, ?> map) {
      ManifestYaml.stringKeys(map)
          .forEach((name, value) -> {
            if (value instanceof Boolean) {
              switches.put(name, onOrOff(value));
            }
          });
    }
    return switches;
  }

  /** The text that YAML has read as a boolean; anything else as it is. */
  static String onOrOff(Object value) {
    if (value instanceof Boolean on) {
      return on ? "on" : "off";
    }
    return value.toString();
  }

  private static boolean isScalar(Object value) {
    return value instanceof String
        || value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || value instanceof BigInteger
        || value instanceof Double;
  }
}
