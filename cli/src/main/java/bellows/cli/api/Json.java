package bellows.cli.api;

import java.io.StringWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value that forgives: a member that is not there is a null value, whose text is empty and
 * whose list has no items. On Jackson's streaming parser alone, because data binding would double
 * the time that a command needs to start.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Json NULL = new Json(null);

  private final @Nullable Object value;

  private Json(@Nullable Object value) {
    this.value = value;
  }

  /**
   * @param value a map with text keys, a list, text, number, boolean, null or a {@code Json}
   */
  public static Json of(@Nullable Object value) {
    return value instanceof Json json ? json : new Json(value);
  }

  /** An object of alternating names and values, in this order. */
  public static Json object(@Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      members.put(String.valueOf(namesAndValues[i]), unwrap(namesAndValues[i + 1]));
    }
    return new Json(members);
  }

  private static @Nullable Object unwrap(@Nullable Object value) {
    return value instanceof Json json ? json.value : value;
  }

  /** The contract's form of a reference to one resource. */
  public static Json reference(String guid) {
    return object("data", object("guid", guid));
  }

  /** Empty when {@code text} is not JSON. */
  public static Optional<Json> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * @throws JacksonException when {@code text} is not one JSON value
   */
  public static Json parse(String text) {
    if (text.isBlank()) {
      return NULL;
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      return new Json(read(parser));
    }
  }

  private static @Nullable Object read(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, read(parser));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser));
        }
        yield items;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> null;
    };
  }

  /** The member at the end of the path of names. */
  public Json at(String... path) {
    Json json = this;
    for (String name : path) {
      json = json.value instanceof Map<?, ?> members ? new Json(members.get(name)) : NULL;
    }
    return json;
  }

  public boolean present() {
    return value != null;
  }

  /** The text, number or boolean there; empty for null and for what is absent. */
  public String text(String... path) {
    Object found = at(path).value;
    return found == null ? "" : found.toString();
  }

  public long number(String... path) {
    return at(path).value instanceof Number number ? number.longValue() : 0;
  }

  public double real(String... path) {
    return at(path).value instanceof Number number ? number.doubleValue() : 0;
  }

  public boolean flag(String... path) {
    return Boolean.TRUE.equals(at(path).value);
  }

  /** Empty when it is absent or no time. */
  public Optional<Instant> time(String... path) {
    try {
      return Optional.of(Instant.parse(text(path)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public List<Json> items(String... path) {
    return at(path).value instanceof List<?> items
        ? items.stream().map(Json::of).toList()
        : List.of();
  }

  /** In the order they came. */
  public Map<String, Json> members(String... path) {
    Map<String, Json> members = new LinkedHashMap<>();
    if (at(path).value instanceof Map<?, ?> map) {
      map.forEach((name, member) -> members.put(String.valueOf(name), Json.of(member)));
    }
    return members;
  }

  /** On one line. */
  public String write() {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      write(generator, value);
    }
    return out.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) {
    switch (value) {
      case null -> out.writeNull();
      case Json json -> write(out, json.value);
      case Map<?, ?> members -> {
        out.writeStartObject();
        members.forEach((name, member) -> {
          out.writeName(String.valueOf(name));
          write(out, member);
        });
        out.writeEndObject();
      }
      case List<?> items -> {
        out.writeStartArray();
        items.forEach(item -> write(out, item));
        out.writeEndArray();
      }
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Number number -> out.writeNumber(number.toString());
      default -> out.writeString(value.toString());
    }
  }

  /** Indented by two blanks; an empty list or object stays on one line. */
  public String pretty() {
    StringBuilder out = new StringBuilder();
    pretty(out, value, "\n");
    return out.toString();
  }

  private static void pretty(StringBuilder out, @Nullable Object value, String lineStart) {
    String inner = lineStart + "  ";
    if (unwrap(value) instanceof Map<?, ?> members && !members.isEmpty()) {
      String separator = "{";
      for (Map.Entry<?, ?> member : members.entrySet()) {
        out.append(separator).append(inner);
        out.append(new Json(String.valueOf(member.getKey())).write()).append(": ");
        pretty(out, member.getValue(), inner);
        separator = ",";
      }
      out.append(lineStart).append('}');
    } else if (unwrap(value) instanceof List<?> items && !items.isEmpty()) {
      String separator = "[";
      for (Object item : items) {
        out.append(separator).append(inner);
        pretty(out, item, inner);
        separator = ",";
      }
      out.append(lineStart).append(']');
    } else {
      out.append(new Json(value).write());
    }
  }

  @Override
  public String toString() {
    return write();
  }
}
