package bellows.router.pipeline;

import bellows.router.compression.Compressor;
import bellows.router.http1.RequestHead;
import bellows.router.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of an exchange's responses, as they are or compressed. One for each exchange, used
 * again with it; on its event loop.
 */
final class BodyCompression {
  private final Lane lane;

  /** Made with the first response that wants it. */
  private @Nullable Compressor compressor;

  private boolean on;

  BodyCompression(Lane lane) {
    this.lane = lane;
  }

  /** Whether the next response is to be compressed, if it and its client allow that. */
  void want(boolean wanted) {
    on = wanted;
  }

  /**
   * Begins a response.
   *
   * @return the head to send
   */
  ResponseHead begin(RequestHead request, ResponseHead response, boolean withoutBody) {
    if (!on) {
      return response;
    }
    if (compressor == null) {
      compressor = new Compressor(lane.encoders());
    }
    ResponseHead sent =
        compressor.begin(request, response, withoutBody, lane.shared().limits(), lane.writer());
    on = compressor.isOn();
    if (on) {
      lane.shared().counters().compressed();
    }
    return sent;
  }

  /**
   * Takes a piece of the body.
   *
   * @return what to send of it; null when all is held back for a moment
   */
  @Nullable ByteBuf write(ByteBuf data) {
    return on ? compressor().write(data) : data;
  }

  /** What is held back, as nothing more comes for now; null for nothing. */
  @Nullable ByteBuf flush() {
    return on ? compressor().flush() : null;
  }

  /** What is left at the end of the body; null for nothing. */
  @Nullable ByteBuf end() {
    return on ? compressor().end() : null;
  }

  /** The exchange is over. */
  void release() {
    if (compressor != null) {
      compressor.release();
    }
  }

  private Compressor compressor() {
    if (compressor == null) {
      throw new IllegalStateException("not compressing");
    }
    return compressor;
  }
}
