package bellows.router.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP/2 frames for a fuzzer: a byte each for type, flags, stream and length, then so many bytes.
 * Lengths are honest, so that every change of the input is a change of what the frames say.
 */
public final class CompactFrames {
  private static final int HEAD = 4;

  /** In a type: the frame does not come with those before it. */
  private static final int APART = 0x80;

  private static final int TYPES = 0x0f;

  private CompactFrames() {}

  /** What comes together, in order. */
  public static List<byte[]> read(byte[] input) {
    List<byte[]> pieces = new ArrayList<>();
    StringBuilder together = new StringBuilder();
    ByteBuffer in = ByteBuffer.wrap(input);
    while (in.remaining() >= HEAD) {
      int type = in.get();
      int flags = in.get();
      int stream = in.get() & 0xff;
      byte[] payload = new byte[Math.min(in.get() & 0xff, in.remaining())];
      in.get(payload);
      if ((type & APART) != 0) {
        pieces.add(bytes(together));
        together.setLength(0);
      }
      String text = new String(payload, StandardCharsets.ISO_8859_1);
      together.append(RawHttp2.bytes(type & TYPES, flags, stream, text));
    }
    pieces.add(bytes(together));
    return pieces;
  }

  private static byte[] bytes(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
