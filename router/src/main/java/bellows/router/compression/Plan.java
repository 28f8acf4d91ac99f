package bellows.router.compression;

import bellows.router.http1.Head;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a response.
 *
 * @param varies whether it would be another one for a client that accepts other codings
 * @param coding null to leave the body as it is
 * @param weakens whether an entity tag stands for more than one form of the body now
 */
public record Plan(boolean varies, @Nullable Coding coding, boolean weakens) {
  private static final Plan NOTHING = new Plan(false, null, false);
  private static final Plan AS_IT_IS = new Plan(true, null, false);

  /** Smaller ones fit a packet anyway. */
  private static final int SMALLEST = 1024;

  private static final byte[] CONTENT_TYPE = ascii("content-type");
  private static final byte[] CACHE_CONTROL = ascii("cache-control");

  /** What says that the body is in some form already, or is exactly these bytes. */
  private static final byte[][] BINDING = {
    ascii("content-encoding"),
    ascii("content-range"),
    ascii("content-md5"),
    ascii("digest"),
    ascii("content-digest"),
    ascii("repr-digest")
  };

  /** Beside text, and all that is JSON or XML by its suffix. */
  private static final Set<String> TYPES =
      Set.of(
          "application/javascript",
          "application/json",
          "application/wasm",
          "application/x-javascript",
          "application/xml");

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** What is to be done where compression is on. */
  public static Plan of(RequestHead request, ResponseHead response) {
    if (!request.isHttp11() || forbidsChange(request) || forbidsChange(response)) {
      return NOTHING;
    }
    Coding wanted = Coding.wanted(request);
    if (response.status() == 304) {
      // It speaks of a body that we may have compressed; its type is not told.
      return new Plan(true, null, wanted != null);
    }
    if (!isCompressible(response)) {
      return NOTHING;
    }
    return wanted == null ? AS_IT_IS : new Plan(true, wanted, true);
  }

  private static boolean isCompressible(ResponseHead response) {
    int status = response.status();
    long length = response.contentLength();
    if (status == 204 || status == 205 || status == 206 || (length >= 0 && length < SMALLEST)) {
      return false;
    }
    for (byte[] name : BINDING) {
      if (response.find(name, 0) >= 0) {
        return false;
      }
    }
    int type = response.find(CONTENT_TYPE, 0);
    return type >= 0
        && response.find(CONTENT_TYPE, type + 1) < 0
        && isCompressible(response.text(response.valueStart(type), response.valueEnd(type)));
  }

  private static boolean isCompressible(String contentType) {
    int parameters = contentType.indexOf(';');
    String type =
        (parameters < 0 ? contentType : contentType.substring(0, parameters))
            .strip()
            .toLowerCase(Locale.ROOT);
    // Events are small, and somebody waits for each.
    return (type.startsWith("text/") && !type.equals("text/event-stream"))
        || TYPES.contains(type)
        || type.endsWith("+json")
        || type.endsWith("+xml");
  }

  /** RFC 9111, 5.2.1.6 and 5.2.2.6. */
  private static boolean forbidsChange(Head head) {
    for (int i = head.find(CACHE_CONTROL, 0); i >= 0; i = head.find(CACHE_CONTROL, i + 1)) {
      if (head.text(head.valueStart(i), head.valueEnd(i))
          .toLowerCase(Locale.ROOT)
          .contains("no-transform")) {
        return true;
      }
    }
    return false;
  }

  /** As planned, but for the body. */
  Plan withoutCoding() {
    return AS_IT_IS;
  }

  /** Whether the response's head stays as it is. */
  boolean changesNothing() {
    return !varies;
  }
}
