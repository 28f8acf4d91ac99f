package bellows.router.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Frames one body in chunks of our own making. For one event loop, used again. */
public final class ChunkEncoder {
  private static final int LONGEST_HEADER = 12;
  private static final byte[] LAST = {'0', '\r', '\n', '\r', '\n'};

  private boolean open;

  /** For the next body. */
  public void reset() {
    open = false;
  }

  /** What stands in front of {@code size} bytes of data, the end of the chunk before included. */
  public ByteBuf before(ByteBufAllocator allocator, int size) {
    ByteBuf out = allocator.directBuffer(LONGEST_HEADER);
    endChunk(out);
    int shift = 28;
    while (shift > 0 && size >>> shift == 0) {
      shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit((size >>> shift) & 15, 16));
    }
    open = true;
    return out.writeByte('\r').writeByte('\n');
  }

  /** What stands at the end of the body. */
  public ByteBuf last(ByteBufAllocator allocator) {
    ByteBuf out = allocator.directBuffer(LONGEST_HEADER);
    endChunk(out);
    return out.writeBytes(LAST);
  }

  private void endChunk(ByteBuf out) {
    if (open) {
      out.writeByte('\r').writeByte('\n');
    }
  }
}
