package bellows.router.pipeline;

import bellows.router.http1.BodyDecoder;
import bellows.router.http1.ChunkEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * One body on its way from one connection to the other: taken out of the framing it came in, put
 * into our own. For one event loop, used again for the next body.
 */
final class BodyFlow {
  private final BodyDecoder decoder = new BodyDecoder();
  private final ChunkEncoder encoder = new ChunkEncoder();
  private boolean intoChunks;

  /** For the next body; say with the decoder how it is framed. */
  BodyDecoder restart(boolean chunksOut) {
    intoChunks = chunksOut;
    encoder.reset();
    decoder.none();
    return decoder;
  }

  BodyDecoder decoder() {
    return decoder;
  }

  /**
   * Moves what is there; the number of bytes of data.
   *
   * @param onlyWhileWritable leaves the rest where it is once {@code to} has enough
   */
  long move(ByteBuf from, Channel to, boolean onlyWhileWritable) {
    long moved = 0;
    while (!decoder.isEnded() && (!onlyWhileWritable || to.isWritable())) {
      int data = decoder.available(from);
      if (data == 0) {
        break;
      }
      if (intoChunks) {
        write(to, encoder.before(to.alloc(), data));
      }
      write(to, from.readRetainedSlice(data));
      decoder.took(data);
      moved += data;
    }
    return moved;
  }

  /** Ends the body for the receiver. */
  void end(Channel to) {
    if (intoChunks) {
      write(to, encoder.last(to.alloc()));
    }
  }

  /** A write that fails ends its channel, and that is what we hear of. */
  static void write(Channel to, ByteBuf bytes) {
    var _ = to.write(bytes, to.voidPromise());
  }
}
