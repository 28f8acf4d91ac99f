package bellows.dea.staging;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Commands by process type: what release said, then what buildpacks left to launch, then the app's
 * Procfile; the later wins. Pure. The texts are strangers' work: only plain YAML values are made of
 * them.
 */
final class ProcessTypes {
  static final int LONGEST_TEXT = 1 << 20;

  private static final Pattern PROCFILE_LINE =
      Pattern.compile("([A-Za-z0-9_-]+):[ \\t]+([^\\s'\"\\[{|>&*!].*)");

  private final Map<String, String> commands = new LinkedHashMap<>();

  /** {@code default_process_types} of a release YAML. */
  ProcessTypes release(String yaml) {
    Object content =
        load(yaml, StagingFailure.Reason.RELEASE_FAILED, "what bin/release printed is no YAML");
    if (content == null) {
      return this;
    }
    if (!(content instanceof Map<?, ?> release)) {
      throw new StagingFailure(
          StagingFailure.Reason.RELEASE_FAILED, "what bin/release printed is no YAML map", null);
    }
    if (release.get("default_process_types") instanceof Map<?, ?> types) {
      add(types);
    }
    return this;
  }

  /** {@code processes} of a launch.yml. */
  ProcessTypes launch(String yaml) {
    Object content = load(yaml, StagingFailure.Reason.COMPILE_FAILED, "launch.yml is no YAML");
    if (content instanceof Map<?, ?> launch && launch.get("processes") instanceof List<?> list) {
      for (Object process : list) {
        if (process instanceof Map<?, ?> map
            && map.get("type") instanceof String type
            && map.get("command") instanceof String command) {
          commands.put(type, command);
        }
      }
    }
    return this;
  }

  /**
   * A Procfile: a map of type to command. Commands with a colon of their own are no plain YAML, yet
   * people write them, so such a file is read line by line.
   */
  ProcessTypes procfile(String text) {
    String wrong = "Procfile must have lines of the form 'type: command'";
    Optional<Map<String, String>> lines = lines(text);
    if (lines.isPresent()) {
      add(lines.get());
      return this;
    }
    Object content = load(text, StagingFailure.Reason.STAGING_ERROR, wrong);
    if (content == null) {
      return this;
    }
    if (!(content instanceof Map<?, ?> types) || !types.values().stream().allMatch(this::isWord)) {
      throw new StagingFailure(StagingFailure.Reason.STAGING_ERROR, wrong, null);
    }
    add(types);
    return this;
  }

  Map<String, String> commands() {
    return Map.copyOf(commands);
  }

  /** The command of the web process. */
  Optional<String> web() {
    return Optional.ofNullable(commands.get("web"));
  }

  /** Any YAML text as plain maps, lists and values; null when it is empty. */
  static @Nullable Object load(String yaml, StagingFailure.Reason reason, String words) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(LONGEST_TEXT);
    try {
      return new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (YAMLException e) {
      throw new StagingFailure(reason, words + ": " + e.getMessage(), e);
    }
  }

  /** Empty when a line is of another form, or begins something that only YAML can read. */
  private static Optional<Map<String, String>> lines(String text) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : text.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
      Matcher matcher = PROCFILE_LINE.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      found.put(matcher.group(1), matcher.group(2).strip());
    }
    return Optional.of(found);
  }

  private boolean isWord(Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private void add(Map<?, ?> types) {
    types.forEach((type, command) -> commands.put(String.valueOf(type), String.valueOf(command)));
  }
}
