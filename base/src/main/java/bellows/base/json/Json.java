package bellows.base.json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one JSON mapper: records by component, unknown keys ignored, {@code null}s written, duplicate
 * keys refused, times as RFC 3339 text.
 */
public final class Json {
  /** For what the methods below do not cover. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private Json() {}

  /** The value as compact UTF-8 JSON. */
  public static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** The value as compact JSON text. */
  public static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /**
   * @throws JacksonException when the bytes are no JSON or do not fit the type
   */
  public static <T> T read(byte[] json, Class<T> type) {
    return MAPPER.readValue(json, type);
  }

  /**
   * @throws JacksonException when the text is no JSON or does not fit the type
   */
  public static <T> T read(String json, Class<T> type) {
    return MAPPER.readValue(json, type);
  }

  /**
   * @throws JacksonException when the text is no JSON or does not fit the type
   */
  public static <T> T read(String json, TypeReference<T> type) {
    return MAPPER.readValue(json, type);
  }

  /** Any JSON text as a tree. */
  public static JsonNode tree(String json) {
    return MAPPER.readTree(json);
  }

  /** A fresh {@code {}}. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
