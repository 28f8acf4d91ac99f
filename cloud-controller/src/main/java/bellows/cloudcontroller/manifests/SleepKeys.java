package bellows.cloudcontroller.manifests;

import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.sleep.SleepPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an application or a process that are about its sleep ({@link SleepPolicy#KEYS}).
 * Other platforms ignore them; here each is another way to write a label.
 */
final class SleepKeys {
  private SleepKeys() {}

  /** The labels that the keys stand for; a key that is null removes its label. */
  static Map<String, @Nullable String> labels(Attributes attributes, Faults faults) {
    Map<String, @Nullable String> labels = new LinkedHashMap<>();
    for (String key : SleepPolicy.KEYS) {
      if (attributes.isNull(key)) {
        labels.put(SleepPolicy.PREFIX + key, null);
      } else if (attributes.has(key)) {
        String value = String.valueOf(attributes.raw(key));
        SleepPolicy.fault(key, value).ifPresent(faults::add);
        labels.put(SleepPolicy.PREFIX + key, value);
      }
    }
    return labels;
  }

  /** Writes the keys instead of the labels that they stand for. */
  static void export(Map<String, Object> into, Metadata metadata) {
    for (String key : SleepPolicy.KEYS) {
      String value = metadata.labels().get(SleepPolicy.PREFIX + key);
      if (value != null) {
        into.put(key, value);
      }
    }
  }

  /** The labels that no key stands for. */
  static Map<String, String> others(Map<String, String> labels) {
    Map<String, String> others = new LinkedHashMap<>(labels);
    SleepPolicy.KEYS.forEach(key -> others.remove(SleepPolicy.PREFIX + key));
    return others;
  }
}
