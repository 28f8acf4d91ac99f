package bellows.cli.push;

import bellows.cli.failure.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;

/** YAML as plain maps, lists and scalars; never as objects of a class that the text names. */
final class Yaml {
  private Yaml() {}

  static @Nullable Object read(Path file) {
    try {
      return yaml().load(Files.readString(file));
    } catch (MarkedYAMLException e) {
      throw CommandFailure.of(
          "Cannot parse '"
              + file
              + "': line "
              + (e.getProblemMark().getLine() + 1)
              + ", column "
              + (e.getProblemMark().getColumn() + 1)
              + ": "
              + e.getProblem());
    } catch (YAMLException e) {
      throw CommandFailure.of("Cannot parse '" + file + "': " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailure.of("Cannot read '" + file + "'", "is the name right?");
    }
  }

  /** A value as it would stand after a key: {@code 3} is a number, {@code yes} true. */
  static @Nullable Object scalar(String text) {
    try {
      return yaml().load(text);
    } catch (YAMLException e) {
      return text;
    }
  }

  static String write(Object tree) {
    return yaml().dump(tree);
  }

  private static org.yaml.snakeyaml.Yaml yaml() {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setDereferenceAliases(true); // the API takes none
    return new org.yaml.snakeyaml.Yaml(
        new SafeConstructor(new LoaderOptions()), new Representer(options), options);
  }
}
