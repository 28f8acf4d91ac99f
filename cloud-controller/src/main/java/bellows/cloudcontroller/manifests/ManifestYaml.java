package bellows.cloudcontroller.manifests;

import bellows.http.CfError;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.representer.Representer;

/** YAML text to plain maps, lists and scalars, and back. No type of ours is ever constructed. */
final class ManifestYaml {
  /** Bytes (reference/api.md, section 5). */
  static final int LIMIT = 1 << 20;

  private static final int DEPTH = 30;

  private ManifestYaml() {}

  /**
   * @throws CfError 400 when it is no YAML, uses anchors, or its top is no mapping
   */
  static Map<String, Object> read(byte[] body) {
    String text = utf8(body);
    try {
      refuseAnchors(text);
      Object top = new Yaml(new SafeConstructor(options())).load(text);
      if (!(top instanceof Map<?, ?> map)) {
        throw unreadable("the top of a manifest must be a mapping");
      }
      return stringKeys(map);
    } catch (YAMLException e) {
      throw unreadable(firstLine(e.getMessage()));
    }
  }

  static String write(Map<String, Object> manifest) {
    DumperOptions style = new DumperOptions();
    style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    style.setExplicitStart(true);
    return new Yaml(new Representer(style), style).dump(manifest);
  }

  /** The mapping with keys as text, dashes for underscores: both spellings mean the same. */
  static Map<String, Object> attributes(Map<?, ?> map) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    stringKeys(map).forEach((key, value) -> attributes.put(key.replace('_', '-'), value));
    return attributes;
  }

  /** Null values are kept: they mean something. */
  @SuppressWarnings("NullAway") // a map of plain YAML may hold nulls
  static Map<String, Object> stringKeys(Map<?, ?> map) {
    Map<String, Object> named = new LinkedHashMap<>();
    map.forEach((key, value) -> named.put(String.valueOf(key), value));
    return named;
  }

  private static String utf8(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw unreadable("it is not UTF-8");
    }
  }

  /** The API takes none: an alias of an alias of an alias is a small text and a huge document. */
  private static void refuseAnchors(String text) {
    for (Event event : new Yaml(new SafeConstructor(options())).parse(new StringReader(text))) {
      if (event instanceof AliasEvent
          || (event instanceof NodeEvent node && node.getAnchor() != null)) {
        throw unreadable("anchors and aliases are not supported");
      }
    }
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(DEPTH);
    options.setCodePointLimit(LIMIT);
    return options;
  }

  private static CfError unreadable(String why) {
    return CfError.Kind.MESSAGE_PARSE_ERROR.because(
        "%s", "Request invalid due to parse error: invalid manifest: " + why);
  }

  private static String firstLine(@Nullable String message) {
    return List.of(String.valueOf(message).split("\n", 2)).getFirst();
  }
}
