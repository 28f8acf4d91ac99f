package bellows.cloudcontroller.api;

import bellows.base.json.Json;
import bellows.http.CfError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the fields of a JSON object and collects what is wrong with them, so that one answer tells
 * all. A field that nobody read is unknown. After the last read call {@link #done}; until then the
 * values of faulty fields are placeholders.
 *
 * <pre>{@code
 * Fields fields = call.fields();
 * String name = fields.requiredText("name", 250);
 * Optional<String> space = fields.relationship("space");
 * Metadata.Change metadata = fields.metadata();
 * fields.done();
 * }</pre>
 *
 * <p>An explicit null counts as absent, except where a method says otherwise; {@link #isNull} tells
 * them apart.
 */
public final class Fields {
  private static final int MAX_GUID = 200;

  private final ObjectNode object;
  private final String prefix;
  private final List<String> faults;
  private final Map<String, Fields> children = new LinkedHashMap<>();
  private final Set<String> read = new LinkedHashSet<>();

  private Fields(ObjectNode object, String prefix, List<String> faults) {
    this.object = object;
    this.prefix = prefix;
    this.faults = faults;
  }

  /**
   * @throws CfError 400 when the bytes are no JSON object
   */
  public static Fields parse(byte[] json) {
    if (json.length == 0) {
      return new Fields(Json.object(), "", new ArrayList<>());
    }
    try {
      JsonNode tree = Json.MAPPER.readTree(json);
      if (tree instanceof ObjectNode object) {
        return new Fields(object, "", new ArrayList<>());
      }
    } catch (JacksonException e) {
      // Told below.
    }
    throw CfError.Kind.MESSAGE_PARSE_ERROR.because(
        "Request invalid due to parse error: invalid request body");
  }

  /** Whether the object has the field, null or not. */
  public boolean has(String name) {
    return object.has(name);
  }

  /** Whether the field is there and null. */
  public boolean isNull(String name) {
    return object.has(name) && object.get(name).isNull();
  }

  /** Adds a fault of the caller's own, a whole sentence part such as "Name must be ...". */
  public void fault(String text) {
    faults.add(text);
  }

  private Optional<JsonNode> take(String name) {
    read.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private void fault(String name, String text) {
    faults.add(label(prefix + name) + " " + text);
  }

  /** A text of at most {@code maxChars}, which may be empty. */
  public Optional<String> text(String name, int maxChars) {
    Optional<JsonNode> value = take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.get().isString()) {
      fault(name, "must be a string");
      return Optional.empty();
    }
    String text = value.get().stringValue();
    if (text.codePointCount(0, text.length()) > maxChars) {
      fault(name, "is too long (maximum is %d characters)".formatted(maxChars));
    } else if (!storable(text)) {
      fault(name, "must not contain NUL or half characters");
    }
    return Optional.of(text);
  }

  /** A text of 1 to {@code maxChars}, not blank. */
  public String requiredText(String name, int maxChars) {
    int before = faults.size();
    Optional<String> text = text(name, maxChars);
    if (faults.size() == before && (text.isEmpty() || text.get().isBlank())) {
      fault(name, "can't be blank");
    }
    return text.orElse("");
  }

  /** As {@link #requiredText} when the field is there; null is a fault. */
  public Optional<String> nonBlankText(String name, int maxChars) {
    if (!has(name)) {
      read.add(name);
      return Optional.empty();
    }
    return Optional.of(requiredText(name, maxChars));
  }

  /** A text that matches; {@code otherwise} follows the field's name when it does not. */
  public Optional<String> text(String name, Pattern form, String otherwise) {
    Optional<String> text = text(name, Integer.MAX_VALUE);
    if (text.isPresent() && !form.matcher(text.get()).matches()) {
      fault(name, otherwise);
    }
    return text;
  }

  /** One of these texts. */
  public Optional<String> oneOf(String name, List<String> allowed) {
    Optional<String> text = text(name, Integer.MAX_VALUE);
    if (text.isPresent() && !allowed.contains(text.get())) {
      fault(name, "must be one of " + String.join(", ", allowed));
    }
    return text;
  }

  public Optional<Boolean> flag(String name) {
    Optional<JsonNode> value = take(name);
    if (value.isPresent() && !value.get().isBoolean()) {
      fault(name, "must be a boolean");
      return Optional.empty();
    }
    return value.map(JsonNode::booleanValue);
  }

  /** A whole number in the range, bounds included. */
  public Optional<Long> number(String name, long min, long max) {
    Optional<JsonNode> value = take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.get().isIntegralNumber()) {
      fault(name, "must be an integer");
      return Optional.empty();
    }
    long number = value.get().canConvertToLong() ? value.get().longValue() : Long.MAX_VALUE;
    if (number < min) {
      fault(name, "must be greater than or equal to " + min);
    } else if (number > max) {
      fault(name, "must be less than or equal to " + max);
    }
    return Optional.of(number);
  }

  /** As {@link #number} for what fits an int. */
  public Optional<Integer> integer(String name, int min, int max) {
    return number(name, min, max).map(value -> Math.clamp(value, min, max));
  }

  /** A list of texts, each of at most {@code maxChars}. */
  public Optional<List<String>> texts(String name, int maxEntries, int maxChars) {
    Optional<JsonNode> value = take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    boolean good = value.get().isArray() && value.get().size() <= maxEntries;
    for (JsonNode entry : value.get()) {
      good &= entry.isString() && entry.stringValue().length() <= maxChars;
      texts.add(entry.isString() ? entry.stringValue() : "");
    }
    if (!good || !texts.stream().allMatch(Fields::storable)) {
      fault(name, "must be an array of up to %d strings".formatted(maxEntries));
    }
    return Optional.of(texts);
  }

  /** A nested object, whose faults and unknown fields count here. */
  public Optional<Fields> object(String name) {
    Optional<JsonNode> value = take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof ObjectNode nested) {
      return Optional.of(
          children.computeIfAbsent(name, _ -> new Fields(nested, prefix + name + ".", faults)));
    }
    fault(name, "must be an object");
    return Optional.empty();
  }

  /** The names of the object's fields; reading them is up to the caller. */
  public List<String> names() {
    return List.copyOf(object.propertyNames());
  }

  /** A list of nested objects. */
  public Optional<List<Fields>> objects(String name, int maxEntries) {
    Optional<JsonNode> value = take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    List<Fields> nested = new ArrayList<>();
    boolean good = value.get().isArray() && value.get().size() <= maxEntries;
    for (JsonNode entry : value.get()) {
      if (entry instanceof ObjectNode one) {
        Fields child = new Fields(one, "%s%s[%d].".formatted(prefix, name, nested.size()), faults);
        children.put(name + "#" + nested.size(), child);
        nested.add(child);
      } else {
        good = false;
      }
    }
    if (!good) {
      fault(name, "must be an array of up to %d objects".formatted(maxEntries));
    }
    return Optional.of(nested);
  }

  /** The field as it is, unchecked: any JSON. */
  public Optional<JsonNode> any(String name) {
    return take(name);
  }

  /** The guid of {@code {relationships:{name:{data:{guid}}}}}; empty when absent or null. */
  public Optional<String> relationship(String name) {
    return object("relationships").flatMap(all -> all.object(name)).flatMap(Fields::data);
  }

  /** As {@link #relationship}; a fault when it is not there. */
  public String requiredRelationship(String name) {
    int before = faults.size();
    Optional<String> guid = relationship(name);
    if (guid.isEmpty() && faults.size() == before) {
      faults.add("Relationships " + name + " can't be blank");
    }
    return guid.orElse("");
  }

  /** The guid of {@code {data:{guid}}}, where this object is the relationship itself. */
  public Optional<String> data() {
    return object("data").flatMap(data -> data.guid("guid"));
  }

  /** The guids of {@code {data:[{guid}]}}. */
  public List<String> dataList() {
    int before = faults.size();
    Optional<List<Fields>> entries = objects("data", 1000);
    if (entries.isEmpty() && faults.size() == before) {
      fault("data", "must be an array");
    }
    List<String> guids = new ArrayList<>();
    for (Fields entry : entries.orElse(List.of())) {
      entry.guid("guid").ifPresentOrElse(guids::add, () -> fault("data", "must contain guids"));
    }
    return guids;
  }

  private Optional<String> guid(String name) {
    return text(name, MAX_GUID);
  }

  /** The field {@code metadata}, checked; {@link Metadata.Change#NONE} when absent. */
  public Metadata.Change metadata() {
    Optional<Fields> metadata = object("metadata");
    if (metadata.isEmpty()) {
      return Metadata.Change.NONE;
    }
    return new Metadata.Change(
        metadata.get().notes("labels", true), metadata.get().notes("annotations", false));
  }

  private Map<String, @Nullable String> notes(String name, boolean labels) {
    Map<String, @Nullable String> notes = new LinkedHashMap<>();
    Optional<Fields> object = object(name);
    if (object.isEmpty()) {
      return notes;
    }
    for (String key : object.get().names()) {
      object.get().read.add(key);
      JsonNode value = object.get().object.get(key);
      String subject = (labels ? "label" : "annotation") + " key '" + key + "' ";
      Metadata.keyFault(key).ifPresent(fault -> faults.add("Metadata " + subject + fault));
      if (value.isNull()) {
        notes.put(key, null);
      } else if (value.isString() && storable(value.stringValue())) {
        Optional<String> fault =
            labels
                ? Metadata.labelValueFault(value.stringValue())
                : Metadata.annotationValueFault(value.stringValue());
        fault.ifPresent(text -> faults.add("Metadata value of " + subject + text));
        notes.put(key, value.stringValue());
      } else {
        faults.add("Metadata value of " + subject + "must be a string");
      }
    }
    return notes;
  }

  /**
   * Ends the reading.
   *
   * @throws CfError 422 with all faults, when there are any
   */
  public void done() {
    List<String> unknown = new ArrayList<>();
    unknown(unknown);
    List<String> all = new ArrayList<>();
    if (!unknown.isEmpty()) {
      all.add(
          "Unknown field(s): "
              + String.join(", ", unknown.stream().map(f -> "'" + f + "'").toList()));
    }
    all.addAll(faults);
    if (!all.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(String.join(", ", all));
    }
  }

  private void unknown(List<String> into) {
    for (String name : object.propertyNames()) {
      if (!read.contains(name)) {
        into.add(name);
      }
    }
    children.values().forEach(child -> child.unknown(into));
  }

  /** PostgreSQL holds neither NUL nor half a surrogate pair. */
  private static boolean storable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** {@code memory_in_mb} as {@code Memory in mb}. */
  public static String label(String name) {
    String words = name.replace('_', ' ').replace('.', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
