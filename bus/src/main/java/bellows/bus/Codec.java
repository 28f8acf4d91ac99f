package bellows.bus;

import bellows.base.json.Json;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;

/** Messages as JSON; bytes as they are. */
final class Codec {
  private Codec() {}

  /**
   * @throws IllegalArgumentException when it is longer than {@link MessageBus#MAX_MESSAGE_BYTES}
   */
  static byte[] encode(Object message) {
    byte[] body = message instanceof byte[] bytes ? bytes : Json.bytes(message);
    if (body.length > MessageBus.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "a message of %d bytes; the bus carries at most %d"
              .formatted(body.length, MessageBus.MAX_MESSAGE_BYTES));
    }
    return body;
  }

  /**
   * @return absent when the body is empty or {@code null}
   * @throws JacksonException when it is no JSON or does not fit the type
   */
  static <T> Optional<T> decode(byte[] body, Class<T> type) {
    if (body.length == 0) {
      return Optional.empty();
    }
    return type == byte[].class
        ? Optional.of(type.cast(body))
        : Optional.ofNullable(Json.read(body, type));
  }

  /** Where it went wrong, without a word of the content: messages carry secrets. */
  static String describe(JacksonException e) {
    String where =
        e instanceof DatabindException databind
            ? databind.getPathReference()
            : "byte " + e.getLocation().getByteOffset();
    return e.getClass().getSimpleName() + " at " + where;
  }
}
