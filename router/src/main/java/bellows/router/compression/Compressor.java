package bellows.router.compression;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.Limits;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the response of one request, if it can and should be. Used again for the next one, on
 * one event loop. Bytes go through as they come: what goes in before a flush comes out by then.
 */
public final class Compressor {
  private static final int ROOM = 4096;

  private final Encoders encoders;
  private final ResponseHead changed = new ResponseHead();
  private @Nullable Encoder encoder;
  private @Nullable Coding coding;
  private boolean begun;
  private boolean waiting;

  public Compressor(Encoders encoders) {
    this.encoders = encoders;
  }

  /**
   * Begins a response.
   *
   * @param writer to be written into
   * @param withoutBody as for HEAD: then only the head is what it would be
   * @return the head that is sent, which may be {@code response} itself
   */
  public ResponseHead begin(
      RequestHead request,
      ResponseHead response,
      boolean withoutBody,
      Limits limits,
      AsciiWriter writer) {
    Plan plan = Plan.of(request, response);
    if (plan.changesNothing()) {
      return response;
    }
    Coding wanted = plan.coding();
    if (wanted != null && !withoutBody) {
      encoder = encoders.take(wanted);
      coding = wanted;
      begun = false;
      waiting = false;
      if (encoder == null) {
        plan = plan.withoutCoding();
      }
    }
    HeadChange.write(writer, response, plan);
    changed.load(writer);
    if (changed.parse(limits) != null) {
      release(); // more headers than there may be
      return response;
    }
    return changed;
  }

  /** Whether the body is compressed. */
  public boolean isOn() {
    return encoder != null;
  }

  /** Takes a piece, and releases it; what can be sent now, or null. */
  public @Nullable ByteBuf write(ByteBuf data) {
    ByteBuf out = begin(data.readableBytes());
    encoder().write(data, out);
    data.release();
    waiting = true;
    return readable(out);
  }

  /** What waits to be sent, or null. */
  public @Nullable ByteBuf flush() {
    if (!waiting) {
      return null;
    }
    waiting = false;
    ByteBuf out = begin(ROOM);
    encoder().flush(out);
    return readable(out);
  }

  /** The end of the body. */
  public ByteBuf end() {
    ByteBuf out = begin(ROOM);
    encoder().end(out);
    return out;
  }

  private ByteBuf begin(int size) {
    ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(size / 2 + ROOM);
    if (!begun) {
      begun = true;
      encoder().begin(out);
    }
    return out;
  }

  private static @Nullable ByteBuf readable(ByteBuf out) {
    if (out.isReadable()) {
      return out;
    }
    out.release();
    return null;
  }

  private Encoder encoder() {
    if (encoder == null) {
      throw new IllegalStateException("not compressing");
    }
    return encoder;
  }

  /** The response is over, however it ended. */
  public void release() {
    if (encoder != null && coding != null) {
      encoders.giveBack(coding, encoder);
    }
    encoder = null;
    changed.trim();
  }
}
