package bellows.router.compression;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** RFC 8878. */
final class ZstdEncoder implements Encoder {
  private static final int LEVEL = 1;

  /** 256 KiB: far below the 8 MiB that browsers take (RFC 9659), as each response has its own. */
  private static final int WINDOW_LOG = 18;

  private static final int ROOM = 4096;
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private final ZstdCompressCtx context = new ZstdCompressCtx();

  @Override
  public void begin(ByteBuf out) {
    context.reset();
    context.setLevel(LEVEL).setWindowLog(WINDOW_LOG).setChecksum(false);
  }

  @Override
  public void write(ByteBuf in, ByteBuf out) {
    for (ByteBuffer piece : in.nioBuffers()) {
      ByteBuffer direct = piece.isDirect() ? piece : copied(piece);
      while (direct.hasRemaining()) {
        encode(direct, out, EndDirective.CONTINUE);
      }
    }
  }

  private static ByteBuffer copied(ByteBuffer piece) {
    return ByteBuffer.allocateDirect(piece.remaining()).put(piece).flip();
  }

  @Override
  public void flush(ByteBuf out) {
    finish(out, EndDirective.FLUSH);
  }

  @Override
  public void end(ByteBuf out) {
    finish(out, EndDirective.END);
  }

  private void finish(ByteBuf out, EndDirective how) {
    while (!encode(NOTHING.duplicate(), out, how)) {
      // once more
    }
  }

  /** Whether all is out. */
  private boolean encode(ByteBuffer in, ByteBuf out, EndDirective how) {
    out.ensureWritable(ROOM);
    ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
    boolean done = context.compressDirectByteBufferStream(room, in, how);
    out.writerIndex(out.writerIndex() + room.position());
    return done;
  }

  @Override
  public void close() {
    context.close();
  }
}
